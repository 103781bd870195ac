"""What a kind of job is: a spec, what it does in numbers, and the AWS calls it compiles to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from awsml.finding import Place
from awsml.plan import Origin, Plan, Source
from awsml.report import Effective

if TYPE_CHECKING:
    from awsml.kinds.files import LocalFile


class Origins(Protocol):
    """Who set a scenario field, and where; the loaded document answers."""

    @property
    def file(self) -> str: ...

    def origin(self, field: str) -> Origin: ...

    def place(self, field: str) -> Place | None: ...

    def folder(self, field: str) -> str:
        """The folder that a relative path in this field is relative to."""
        ...


class Choice(NamedTuple):
    """The value chosen for a field that the scenario left to awsml (`auto` or absent)."""

    value: Any
    because: str


class Within(NamedTuple):
    """The origins of a spec that stands inside another one, under a field."""

    origins: Origins
    prefix: str

    @property
    def file(self) -> str:
        return self.origins.file

    def origin(self, field: str) -> Origin:
        return self.origins.origin(f"{self.prefix}.{field}")

    def place(self, field: str) -> Place | None:
        return self.origins.place(f"{self.prefix}.{field}")

    def folder(self, field: str) -> str:
        return self.origins.folder(f"{self.prefix}.{field}")


Choices = Mapping[str, Choice]  # by scenario field, such as inputs.train.mode


@dataclass(frozen=True, slots=True)
class Context:
    """What compile() may use beside the spec: where values came from, and what was chosen."""

    origins: Origins
    choices: Choices = field(default_factory=dict)
    region: str | None = None

    def within(self, prefix: str) -> Context:
        """The context of a spec that stands under a field of this one."""
        start = f"{prefix}."
        inner = {
            path.removeprefix(start): choice
            for path, choice in self.choices.items()
            if path.startswith(start)
        }
        return Context(Within(self.origins, prefix), inner, self.region)

    def local_path(self, field_path: str, text: str) -> str:
        """A path of the scenario as seen from the working folder."""
        return os.path.normpath(os.path.join(self.origins.folder(field_path), text))

    def origin(self, field_path: str) -> Origin:
        choice = self.choices.get(field_path)
        if choice is None:
            return self.origins.origin(field_path)
        place = self.origins.place(field_path)
        return Origin(Source.CHOSEN, field_path, place, choice.because)


class Kind(Protocol):
    """The contract of one kind; `Spec` is the scenario's shape, `describe` its numbers."""

    name: str
    title: str

    @property
    def Spec(self) -> type[Any]: ...

    def describe(self, spec: Any) -> Any: ...

    def compile(self, spec: Any, context: Context) -> Plan: ...

    def effective(self, spec: Any, context: Context) -> Mapping[str, Effective]: ...

    def files(self, spec: Any) -> Iterable[LocalFile]:
        """What it names of this machine; a run, or the plan, needs it there."""
        ...
