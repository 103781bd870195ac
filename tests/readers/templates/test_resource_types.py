"""The table of resource types against the schemas that CloudFormation publishes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from awsml.plan import join_path
from awsml.readers.templates.resource_types import members_by_property, read_types, resource_type
from awsml.requests.table import Table, load_table

cfnlint = pytest.importorskip("cfnlint")
SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"
# A resource's own attributes that cannot be written; and a type that cfn-lint does not have yet.
READ_ONLY = {
    "RuntimeConfig.CurrentCopyCount",
    "RuntimeConfig.DesiredCopyCount",
    "RuntimeConfig.PlacementStatus",
    "Specification.Container.DeployedImage",
    "Specification.CurrentDataCacheConfig",
    "Specifications.CurrentDataCacheConfig",
}
TYPES = [name for name in read_types() if name != "AWS::SageMaker::TrainingJob"]


def schema_of(name: str) -> dict[str, Any]:
    index = json.loads((SCHEMAS / "providers" / "us-east-1.json").read_text())
    return json.loads((SCHEMAS / "resources" / f"{index[name]}.json").read_text())  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", TYPES)
def test_every_property_is_a_member_or_listed_as_none(name: str) -> None:
    kind = resource_type(name)
    assert kind is not None
    table = load_table(kind.api)
    assert table is not None
    schema = schema_of(name)
    read_only = {each.rpartition("/")[2] for each in schema.get("readOnlyProperties", [])}
    found = unknown(schema, schema, table, table.input, "", frozenset(), kind.spellings)
    missing = set(found) - READ_ONLY
    assert missing - read_only == set(kind.besides)


def test_every_property_of_a_rule_s_target_is_a_member() -> None:
    """Targets go with a request of their own, and CloudFormation spells some in its own way."""
    kind, table = resource_type("AWS::Events::Rule"), load_table("events:PutTargets")
    assert kind is not None and table is not None
    schema = schema_of("AWS::Events::Rule")
    targets = {"properties": {"Targets": schema["properties"]["Targets"]}}
    assert unknown(schema, targets, table, table.input, "", frozenset(), kind.spellings) == []


@pytest.mark.parametrize("name", TYPES)
def test_a_resource_is_named_by_a_property_that_it_has(name: str) -> None:
    kind = resource_type(name)
    assert kind is not None
    assert kind.named_by is None or kind.named_by in schema_of(name)["properties"]


def unknown(
    schema: dict[str, Any],
    node: dict[str, Any],
    table: Table,
    shape_name: str,
    path: str,
    seen: frozenset[tuple[str, str]],
    spellings: tuple[tuple[str, str], ...],
) -> list[str]:
    """Properties of a schema that the request's model does not have."""
    if "$ref" in node:
        step = (node["$ref"], shape_name)
        if step in seen:
            return []
        seen |= {step}
        node = schema["definitions"][node["$ref"].rpartition("/")[2]]
    shape = table.shapes[shape_name]
    if "items" in node and shape.type == "list" and shape.item:
        return unknown(schema, node["items"], table, shape.item, path, seen, spellings)
    if shape.type != "structure":
        return []
    members = members_by_property(table.api, shape_name, spellings)
    found = []
    for name, inner in node.get("properties", {}).items():
        here = join_path(path, name)
        if name not in members:
            found.append(here)
        else:
            shape_name = shape.members[members[name]]
            found += unknown(schema, inner, table, shape_name, here, seen, spellings)
    return found
