"""What CloudFormation makes of a resource type, from the table beside the readers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from awsml.requests.table import load_table

DATA = Path(__file__).parent.parent / "data" / "resources.json"


class ResourceType(NamedTuple):
    """The call that a resource becomes. `besides` are properties that are not sent with it, and
    `spellings` those that are the request's member of another name; `needs` and `lacks` are
    properties that CloudFormation wants though the API does not, and members that are none."""

    name: str
    api: str
    named_by: str | None
    ref: str
    besides: frozenset[str]
    spellings: tuple[tuple[str, str], ...]
    needs: tuple[str, ...] = ()
    lacks: frozenset[str] = frozenset()


@lru_cache(maxsize=1024)
def resource_type(name: str) -> ResourceType | None:
    """The type that awsml reads under this name."""
    row = _table()["resources"].get(name)
    if row is None:
        return None
    besides = frozenset(row.get("besides", ()))
    spellings = tuple((_table()["spellings"] | row.get("spellings", {})).items())
    return ResourceType(
        name,
        row["api"],
        row["name"],
        row["ref"],
        besides,
        spellings,
        tuple(row.get("needs", ())),
        frozenset(row.get("lacks", ())),
    )


def read_types() -> tuple[str, ...]:
    """Every type that is read."""
    return tuple(_table()["resources"])


@cache
def known_types() -> frozenset[str]:
    """Every type of the services that have one which is read."""
    return frozenset((*_table()["resources"], *_table()["others"]))


def reference_member(name: str) -> str | None:
    """What `Ref` gives for a resource of this type: the member it is, such as RoleName."""
    known = resource_type(name)
    if known is not None:
        return known.ref
    member: str | None = _table()["references"].get(name)
    return member


@cache
def members_by_property(
    api: str, shape: str, spellings: tuple[tuple[str, str], ...]
) -> Mapping[str, str]:
    """The properties of a structure, each with the request's member that it becomes."""
    table = load_table(api)
    assert table is not None, f"there is no table of {api}"
    members = table.shapes[shape].members
    found = {member[0].upper() + member[1:]: member for member in members}
    return found | {name: m for name, m in spellings if m in members}


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return table
