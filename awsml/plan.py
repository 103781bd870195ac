"""A plan: ordered AWS calls, an origin for every parameter, and values known only later."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from awsml.finding import Finding, Place
from awsml.trees import mapped


class Source(StrEnum):
    """Who set a value, strongest first."""

    FLAG = "flag"
    SCENARIO = "scenario"
    DEFAULTS = "defaults"
    BUILT_IN = "built-in"
    CHOSEN = "chosen"
    RAW = "raw"


@dataclass(frozen=True, slots=True)
class Ref:
    """A value known only when the plan runs.

    `name` says which: account, role, region, default-bucket, code (a packed folder), data (a
    local folder that has to be in S3), output:OPERATION.FIELD (an answer of an earlier call).
    `path` is the local file or folder of a code or data ref.
    """

    name: str
    path: str | None = None

    def __str__(self) -> str:
        return f"‹{self.name}›"

    @property
    def packed(self) -> bool:
        """Whether it is a folder that travels as one archive: code, or code:model."""
        return self.name.partition(":")[0] == "code"

    def as_json(self) -> dict[str, Any]:
        return {"ref": self.name} if self.path is None else {"ref": self.name, "path": self.path}


@dataclass(frozen=True, slots=True)
class Text:
    """A string with refs inside, such as s3://‹default-bucket›/awsml/code."""

    parts: tuple[str | Ref, ...]

    def __str__(self) -> str:
        return "".join(str(part) for part in self.parts)

    def as_json(self) -> dict[str, Any]:
        refs = [part.name for part in self.parts if isinstance(part, Ref)]
        return {"text": str(self), "refs": refs}


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that cannot be resolved from what is at hand (a template's Ref, say).

    `secret` tells that whoever gives it is asked for a secret.
    """

    reason: str
    secret: bool = False

    def __str__(self) -> str:
        return f"‹unknown: {self.reason}›"

    def as_json(self) -> dict[str, Any]:
        return {"unknown": self.reason}


class Origin(NamedTuple):
    """Where a parameter came from: who set it, the scenario path, and the place in a file."""

    source: Source
    field: str | None = None
    place: Place | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One API call. `origins` maps request paths (A.B[0].C) to where the value came from.

    `besides` is what a template says of the resource that is not sent: policies, dependencies.
    """

    service: str
    operation: str
    params: Mapping[str, Any]
    origins: Mapping[str, Origin] = field(default_factory=dict)
    id: str | None = None
    besides: Mapping[str, Any] = field(default_factory=dict)

    @property
    def api(self) -> str:
        return f"{self.service}:{self.operation}"

    def origin(self, path: str) -> Origin | None:
        """The origin of a path, or of the nearest thing around it."""
        while True:
            if path in self.origins:
                return self.origins[path]
            if not path:
                return None
            path = parent_path(path)


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done. `files` are texts that go with it (a stack template, by name).

    `problems` are complaints of compile() about what no request can express. `trusts` are the
    services that the roles of a template let take them, by the role's resource. `made_from` is the
    kind of scenario that awsml made a template of, whose reader has only the scenario.
    """

    kind: str
    name: str
    calls: tuple[Call, ...]
    region: str | None = None
    file: str | None = None
    place: Place | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Finding, ...] = ()
    trusts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    made_from: str | None = None

    def call(self, operation: str) -> Call | None:
        """The first call of an operation."""
        return next((call for call in self.calls if call.operation == operation), None)


_LAST_STEP = re.compile(r"(\[\d+\]|\.?[^.\[\]]+)$")


def parent_path(path: str) -> str:
    """`A.B[0]` is the parent of `A.B[0].C`; the parent of a first step is the empty path."""
    parent = _LAST_STEP.sub("", path)
    # A key of a map may be empty or end in a bracket; the way up must still get shorter.
    return parent if len(parent) < len(path) else path[:-1]


def join_path(path: str, step: str | int) -> str:
    """One step further into a request."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{step}" if path else step


def refs_of(value: Any) -> Iterator[Ref]:
    """Every ref in nested parameters."""
    for _, inner in walk(value):
        if isinstance(inner, Ref):
            yield inner
        elif isinstance(inner, Text):
            yield from (part for part in inner.parts if isinstance(part, Ref))


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every (path, value) of nested parameters, parents first."""
    yield path, value
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from walk(inner, join_path(path, str(key)))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from walk(inner, join_path(path, index))


def resolved(value: Any, resolve: Callable[[Ref], str]) -> Any:
    """The same parameters with every ref replaced by what `resolve` answers."""

    def leaf(value: Any) -> Any:
        if isinstance(value, Ref):
            return resolve(value)
        if isinstance(value, Text):
            return "".join(p if isinstance(p, str) else resolve(p) for p in value.parts)
        return value

    return mapped(value, leaf)


def as_json(value: Any) -> Any:
    """Parameters as plain JSON: refs, texts and unknowns become objects that say so."""
    if isinstance(value, Ref | Text | Unknown):
        return value.as_json()
    if isinstance(value, Mapping):
        return {str(key): as_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value


_REF_NAME = re.compile(
    r"account|role|ttl-role|region|default-bucket|run|commit|archive|image|instance"
    r"|(code|data|in|output|archive)(:.+)?"
)


def from_json(value: Any) -> Any:
    """The parameters that `as_json` wrote; an object that no ref looks like stays one."""
    if isinstance(value, list):
        return [from_json(inner) for inner in value]
    if not isinstance(value, Mapping):
        return value
    if value.keys() in ({"ref"}, {"ref", "path"}) and _is_ref(value["ref"]):
        return Ref(value["ref"], value.get("path"))
    if value.keys() == {"text", "refs"} and isinstance(value["refs"], list):
        return _text_of(value["text"], value["refs"])
    if value.keys() == {"unknown"}:
        return Unknown(value["unknown"])
    return {key: from_json(inner) for key, inner in value.items()}


def _is_ref(name: Any) -> bool:
    """Tags and environments are objects as well, and may have a key called `ref`."""
    return isinstance(name, str) and _REF_NAME.fullmatch(name) is not None


def _text_of(text: str, names: list[str]) -> Text:
    parts: list[str | Ref] = []
    for name in names:
        before, _, text = text.partition(str(Ref(name)))
        parts += [before, Ref(name)] if before else [Ref(name)]
    return Text((*parts, text) if text else tuple(parts))
