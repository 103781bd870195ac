"""SageMaker's built-in algorithms: channels, modes, contents and machines that they take."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from awsml.basis import Fact
from awsml.catalog.tables import Tables, current


class Algorithm(NamedTuple):
    """One algorithm. `multi_instance` is yes, no or conditional; families are what the guide
    names, and another family is not supported by the guide rather than refused by the API."""

    name: str
    title: str
    image: str
    registry: str
    version: str
    required_channels: tuple[str, ...]
    optional_channels: tuple[str, ...]
    modes: tuple[str, ...]
    content_types: tuple[str, ...]
    pipe_content_types: tuple[str, ...]
    trains_on: tuple[str, ...]
    multi_instance: str
    one_gpu: bool
    training_families: tuple[str, ...]
    hosting_families: tuple[str, ...]
    checkpoints: bool
    early_stopping: bool
    metrics: Mapping[str, str]  # objective metric to goal
    required_parameters: tuple[str, ...]
    required_with: Mapping[str, Mapping[str, list[str]]]  # needed with these values of another
    note: str
    fact: Fact

    @property
    def needs_gpu(self) -> bool:
        return self.trains_on == ("gpu",)

    def files_only(self, content: str | None) -> bool:
        """Whether it reads a content type from files and not from a pipe."""
        return content in self.content_types and content not in self.pipe_content_types


def algorithm(name: str) -> Algorithm | None:
    return _algorithms(current()).get(name)


def algorithms() -> tuple[Algorithm, ...]:
    return tuple(_algorithms(current()).values())


def algorithm_of_image(uri: str) -> Algorithm | None:
    """The algorithm whose registry image this is; an own image of the same name is none."""
    registry, _, rest = uri.partition("/")
    account = registry.partition(".")[0]
    repository = rest.partition(":")[0].partition("@")[0]
    tables = current()
    for one in _algorithms(tables).values():
        if one.image == repository and account in accounts_of(tables, one.registry):
            return one
    return None


@cache
def accounts_of(tables: Tables, registry: str) -> frozenset[str]:
    rows = tables.table("accounts").values()
    return frozenset(row["account"] for row in rows if row["registry"] == registry)


@cache
def _algorithms(tables: Tables) -> Mapping[str, Algorithm]:
    document = tables.document("algorithms")
    return {name: _algorithm(tables, name, facts) for name, facts in document.items()}


def _algorithm(tables: Tables, name: str, facts: Mapping[str, Any]) -> Algorithm:
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in facts.items()}
    source = fields.pop("source")
    return Algorithm(name=name, fact=tables.fact(name, "algorithm", source), **fields)
