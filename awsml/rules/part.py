"""What a rule reads: a value of a request with its path, never a bare dictionary.

Reading a value that cannot be known stops the rule; the engine turns that into "not checked".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from awsml.finding import Level
from awsml.plan import Call, Plan, Ref, Text, Unknown, join_path


class Undecided(Exception):
    """A rule read an Unknown: it cannot say yes or no, and the user hears why."""

    def __init__(self, reason: str, path: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


class KnownLater(Exception):
    """A rule read a Ref or a Text, which gets its value when the plan runs."""


class _Absent:
    """The value of a member that the request does not have."""


_ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a call's parameters. `str(part)` is the name by which the user knows it."""

    call: Call
    plan: PlanView
    path: str
    raw: Any

    def __getitem__(self, steps: str | int) -> Part:
        """The part at a path below this one: part["ResourceConfig.InstanceType"]."""
        value = self.raw
        if isinstance(steps, int):
            return Part(self.call, self.plan, join_path(self.path, steps), _step(value, steps))
        for step in path_steps(steps):
            value = _step(value, step)
        path = steps if not self.path else f"{self.path}.{steps}"
        return Part(self.call, self.plan, path, value)

    def __str__(self) -> str:
        origin = self.call.origins.get(self.path)
        return (origin.field if origin and origin.field else self.path) or self.call.operation

    @property
    def value(self) -> Any:
        """The value itself; None when absent. Stops the rule when it is not known."""
        raw = self.raw
        if raw is _ABSENT:
            return None
        if isinstance(raw, Unknown):
            raise Undecided(raw.reason, self.path)
        if isinstance(raw, Ref | Text):
            raise KnownLater
        return raw

    @property
    def exists(self) -> bool:
        """Whether it is there; an Unknown might be nothing, so it stops the rule."""
        if isinstance(self.raw, Unknown):
            raise Undecided(self.raw.reason, self.path)
        return self.raw is not _ABSENT

    @property
    def written(self) -> bool:
        """Whether the request mentions it at all, even with a value that is not known."""
        return self.raw is not _ABSENT

    @property
    def text(self) -> str | None:
        value = self.value
        return value if isinstance(value, str) else None

    @property
    def number(self) -> float | None:
        value = self.value
        return None if isinstance(value, bool) or not isinstance(value, int | float) else value

    @property
    def flag(self) -> bool | None:
        value = self.value
        return value if isinstance(value, bool) else None

    @property
    def items(self) -> list[Part]:
        """The parts of a list; empty when it is absent or no list."""
        value = self.value
        return [self[index] for index in range(len(value))] if isinstance(value, list) else []

    @property
    def entries(self) -> list[tuple[str, Part]]:
        """The (key, part) pairs of a map; empty when it is absent or no map."""
        value = self.value
        if not isinstance(value, Mapping):
            return []
        return [(key, self._member(key)) for key in value if isinstance(key, str)]

    @property
    def known(self) -> bool:
        """Whether it can be read: neither an Unknown nor something known only later."""
        return not isinstance(self.raw, Unknown | Ref | Text)

    @property
    def name(self) -> str:
        """The last member of the path, without its index: Subnets for VpcConfig.Subnets[1]."""
        return _INDEXES.sub("", self.path).rpartition(".")[2]

    @property
    def structures(self) -> Iterator[Part]:
        """This part and all objects and lists inside it, outer ones first."""
        yield self
        raw = self.raw
        inner: list[Part] = []
        if isinstance(raw, Mapping):
            inner = [self._member(key) for key in raw if isinstance(key, str)]
        elif isinstance(raw, list):
            inner = [self[index] for index in range(len(raw))]
        for part in inner:
            if isinstance(part.raw, Mapping | list):
                yield from part.structures

    @property
    def leaves(self) -> Iterator[Part]:
        """Every value inside that is no object or list, also those that are not known.

        The values of free maps (environment, hyperparameters) are left out: their keys say
        nothing about what they are.
        """
        raw = self.raw
        if isinstance(raw, Mapping):
            for key in raw:
                if key not in _FREE_MAPS:
                    yield from self._member(str(key)).leaves
        elif isinstance(raw, list):
            for index in range(len(raw)):
                yield from self[index].leaves
        elif raw is not _ABSENT:
            yield self

    @property
    def around(self) -> Part:
        """The structure that holds this one: the job of `InputDataConfig[0]`."""
        path = _LAST_MEMBER.sub("", self.path)
        root = Part(self.call, self.plan, "", self.call.params)
        return root[path] if path else root

    def _member(self, key: str) -> Part:
        """Like [], for keys that may hold dots (hyperparameters, tags)."""
        return Part(self.call, self.plan, join_path(self.path, key), _step(self.raw, key))


@dataclass(frozen=True, slots=True)
class PlanView:
    """All calls of a plan, for rules that compare one call with another."""

    plan: Plan

    @property
    def region(self) -> str | None:
        return self.plan.region

    def calls(self, api: str) -> Iterator[Part]:
        """The whole request of every call of an API (`sagemaker:CreateModel`)."""
        for call in self.plan.calls:
            if call.api == api:
                yield Part(call, self, "", call.params)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule has to say about one part.

    `level` is for a case that is milder than the rule's own. `span` are the characters of a
    string value that are wrong (a field of a cron expression). `fix` is scenario text.
    """

    at: Part
    message: str
    hint: str | None = None
    related: tuple[tuple[Part, str], ...] = ()
    level: Level | None = None
    span: tuple[int, int] | None = None
    fix: str | None = None
    usd: float | None = None


Problems = Iterator[Problem]

_FREE_MAPS = {"Environment", "HyperParameters", "StaticHyperParameters", "parameters", "tags"}


def require_known(parts: Iterable[Part]) -> None:
    """Stops a rule that looked at many values if one of them is an Unknown."""
    for part in parts:
        if isinstance(part.raw, Unknown):
            raise Undecided(part.raw.reason, part.path)


_INDEXES = re.compile(r"(\[\d+\])+$")
_LAST_MEMBER = re.compile(r"\.?[^.\[\]]+(\[\d+\])*$")
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


@lru_cache(maxsize=4096)
def path_steps(path: str) -> tuple[str | int, ...]:
    """`A.B[0]` as ("A", "B", 0)."""
    return tuple(int(i) if i else name for i, name in _STEP.findall(path))


def _step(value: Any, step: str | int) -> Any:
    if isinstance(value, Unknown | Ref | Text):
        return value
    if isinstance(step, int):
        return value[step] if isinstance(value, list) and step < len(value) else _ABSENT
    if not isinstance(value, Mapping):
        return _ABSENT
    found = value.get(step)
    return _ABSENT if found is None else found
