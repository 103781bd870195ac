"""What a rule reads: a value of a request with its path, never a bare dictionary.

Reading a value that cannot be known stops the rule; the engine turns that into "not checked".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from awsml.plan import Call, Plan, Ref, Text, Unknown, join_path
from awsml.rules.reach import ABSENT, LATER, reached, step_into


class Undecided(Exception):
    """A rule read an Unknown: it cannot say yes or no, and the user hears why."""

    def __init__(self, reason: str, path: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


class KnownLater(Exception):
    """A rule read a Ref or a Text, which gets its value when the plan runs."""


_LARGEST = 1e15
_PLAIN = frozenset({str, int, float, bool, dict, list})  # as most values are; asked first


@dataclass(slots=True, eq=False)
class Part:
    """One value of a call's parameters. `str(part)` is the name by which the user knows it.

    Not frozen only for speed: a hundred are made for each request, and frozen ones take twice
    as long. Nothing assigns to one. `asked` are the parts below that were asked for already.
    """

    call: Call
    plan: PlanView
    path: str
    raw: Any
    asked: dict[str | int, Part] = field(default_factory=dict)

    def __getitem__(self, steps: str | int) -> Part:
        """The part at a path below this one: part["ResourceConfig.InstanceType"]."""
        part = self.asked.get(steps)
        if part is None:
            path = join_path(self.path, steps)
            part = Part(self.call, self.plan, path, reached(self.raw, steps))
            self.asked[steps] = part
        return part

    def __str__(self) -> str:
        origin = self.call.origins.get(self.path)
        return (origin.field if origin and origin.field else self.path) or self.call.operation

    @property
    def because(self) -> str | None:
        """Why it has its value, where awsml chose it; None where somebody wrote it."""
        origin = self.call.origins.get(self.path)
        return origin.because if origin else None

    @property
    def value(self) -> Any:
        """The value itself; None when absent. Stops the rule when it is not known."""
        raw = self.raw
        if type(raw) in _PLAIN:
            return raw
        if raw is ABSENT:
            return None
        if isinstance(raw, Unknown):
            raise Undecided(raw.reason, self.path)
        if isinstance(raw, LATER):
            raise KnownLater
        return raw

    @property
    def exists(self) -> bool:
        """Whether it is there; an Unknown might be nothing, so it stops the rule."""
        if isinstance(self.raw, Unknown):
            raise Undecided(self.raw.reason, self.path)
        return self.raw is not ABSENT

    @property
    def written(self) -> bool:
        """Whether the request mentions it at all, even with a value that is not known."""
        return self.raw is not ABSENT

    @property
    def text(self) -> str | None:
        value = self.value
        return value if isinstance(value, str) else None

    @property
    def spelled(self) -> str | None:
        """Its text, in which what is known later stands as ‹name›: `endpoint/‹E.EndpointName›`.

        For rules that only compare, or look at the parts that are written.
        """
        if isinstance(self.raw, Unknown):
            raise Undecided(self.raw.reason, self.path)
        late = isinstance(self.raw, Ref | Text)
        return str(self.raw) if late else self.text

    @property
    def number(self) -> float | None:
        """None also for what is beyond anything AWS counts: the shape check says that."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        return value if abs(value) <= _LARGEST else None

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
        if type(value) is not dict and not isinstance(value, Mapping):  # a dict is told fast
            return []
        return [(key, self._member(key)) for key in value if isinstance(key, str)]

    @property
    def known(self) -> bool:
        """Whether it can be read: neither an Unknown nor something known only later."""
        return not isinstance(self.raw, LATER)

    @property
    def name(self) -> str:
        """The last member of the path, without its index: Subnets for VpcConfig.Subnets[1]."""
        return _INDEXES.sub("", self.path).rpartition(".")[2]

    def named(self, wanted: Callable[[str], object]) -> list[Part]:
        """The values anywhere in this call whose member has a wanted name, known or not.

        Items of a list go by the list's name. Free maps (environment, hyperparameters) are not
        looked into: their keys say nothing about what the values are.
        """
        index = self.plan.members(self.call)
        return [part for name, parts in index.items() if _is_wanted(wanted, name) for part in parts]

    @property
    def around(self) -> Part:
        """The structure that holds this one: the job of `InputDataConfig[0]`."""
        path = _LAST_MEMBER.sub("", self.path)
        root = self.plan.whole(self.call)
        return root[path] if path else root

    def _member(self, key: str) -> Part:
        """Like [], for keys that may hold dots (hyperparameters, tags)."""
        return Part(self.call, self.plan, join_path(self.path, key), step_into(self.raw, key))


@dataclass(slots=True)
class PlanView:
    """All calls of a plan, for rules that compare one call with another.

    What many rules ask for is worked out once: the parts at a path, and the members by name.
    `looked` tells the engine whether a rule asked for calls.
    """

    plan: Plan
    looked: bool = False
    _calls: dict[str, list[Part]] = field(default_factory=dict)
    _parts: dict[tuple[str, str], tuple[Part, ...]] = field(default_factory=dict)
    _subjects: dict[tuple[tuple[str, str], ...], tuple[Part, ...]] = field(default_factory=dict)
    _members: dict[int, dict[str, list[Part]]] = field(default_factory=dict)

    @property
    def region(self) -> str | None:
        return self.plan.region

    @property
    def is_template(self) -> bool:
        """Whether the calls are what a CloudFormation template asks for, again and again."""
        return self.plan.kind == "template"

    def calls(self, api: str) -> tuple[Part, ...]:
        """The whole request of every call of an API (`sagemaker:CreateModel`)."""
        return self.parts(api, "")

    def parts(self, api: str, path: str) -> tuple[Part, ...]:
        """The parts at a path of every call of an API; `[]` in a path is every item."""
        self.looked = True
        found = self._parts.get((api, path))
        if found is None:
            wholes = self._by_api().get(api, ())
            found = tuple([part for whole in wholes for part in _below(whole, path)])
            self._parts[api, path] = found
        return found

    def subjects(self, places: tuple[tuple[str, str], ...]) -> tuple[Part, ...]:
        """The parts at these places that the requests have; many rules are about the same ones."""
        found = self._subjects.get(places)
        if found is None:
            parts = [part for place in places for part in self.parts(*place)]
            found = tuple([p for p in parts if p.raw is not ABSENT and p.raw is not None])
            self._subjects[places] = found
        return found

    def members(self, call: Call) -> dict[str, list[Part]]:
        """Every value of a call by the name of its member."""
        index = self._members.get(id(call))
        if index is None:
            index = self._members[id(call)] = {}
            _collect(self.whole(call), "", index)
        return index

    def whole(self, call: Call) -> Part:
        """The whole request of one call of this plan."""
        return next(part for part in self._by_api()[call.api] if part.call is call)

    def _by_api(self) -> dict[str, list[Part]]:
        if not self._calls:
            for call in self.plan.calls:
                self._calls.setdefault(call.api, []).append(Part(call, self, "", call.params))
        return self._calls


_FREE_MAPS = {"Environment", "HyperParameters", "StaticHyperParameters", "parameters", "tags"}


def require_known(parts: Iterable[Part]) -> None:
    """Stops a rule that looked at many values if one of them is an Unknown."""
    for part in parts:
        if isinstance(part.raw, Unknown):
            raise Undecided(part.raw.reason, part.path)


def _below(root: Part, path: str) -> Iterator[Part]:
    """The parts at a path. A list that is not known stands for itself: reading it tells why."""
    head, brackets, rest = path.partition("[]")
    part = root[head] if head else root
    if not brackets or isinstance(part.raw, Unknown):
        yield part
    elif isinstance(part.raw, list):
        for index in range(len(part.raw)):
            yield from _below(part[index], rest.removeprefix("."))


def _collect(part: Part, name: str, index: dict[str, list[Part]]) -> None:
    raw = part.raw
    if name:
        index.setdefault(name, []).append(part)
    if isinstance(raw, Mapping) and name not in _FREE_MAPS:
        for key in raw:
            if isinstance(key, str):
                _collect(part._member(key), key, index)
    elif isinstance(raw, list):
        for position in range(len(raw)):
            _collect(part[position], name, index)


_INDEXES = re.compile(r"(\[\d+\])+$")
_LAST_MEMBER = re.compile(r"\.?[^.\[\]]+(\[\d+\])*$")


@lru_cache(maxsize=4096)
def _is_wanted(wanted: Callable[[str], object], name: str) -> bool:
    return bool(wanted(name))
