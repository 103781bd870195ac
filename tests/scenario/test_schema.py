"""The JSON Schema of a kind takes what the loader takes, and refuses what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from awsml.kinds import kind_named
from awsml.resources import STARTERS
from awsml.scenario.loader import load
from awsml.scenario.schema import spec_schema
from awsml.scenario.validation import validate
from tests.conftest import CommandLine
from tests.scenario.model import Small
from tools.generate_docs import built_kinds

SCHEMA = spec_schema("small", Small)


def editor_takes(text: str, schema: dict[str, Any] = SCHEMA) -> bool:
    """What an editor's YAML 1.2 reader would make of the text, against the schema."""
    return not list(Draft7Validator(schema).iter_errors(yaml.safe_load(text)))


def awsml_takes(text: str) -> bool:
    loaded = load("a.yaml", text=text, environ={"X": "1"})
    return validate(loaded.documents[0], Small)[0] is not None and not loaded.findings


@pytest.mark.parametrize(
    "text",
    [
        "kind: small",
        "kind: small\nlimits: {runtime: 1h30m, cost: $5}",
        "kind: small\nlimits:\ncompute:\nworkers:\n",
        "kind: small\ncompute: {instance: ml.g5.xlarge, count: 2, volume: 100 GB}",
        "kind: small\ncompute: {instance: a, volume: auto, memory: 8 GiB, fallback: [b]}",
        "kind: small\nimage: {framework: pytorch, version: 2.10}",
        "kind: small\nimage: {algorithm: xgboost}",
        "kind: small\nworkers: 1.2M\nshare: 12%\nrate: 1.5\nlink: 25 Gbps",
        "kind: small\nworkers: 12\nshare: 0.12",
        "kind: small\nspot: on\nhyperparameters: {a: 1, b: 1.5, c: on, d: x}",
        "kind: small\ninputs: {train: {from: ./data, mode: pipe, size: 5 MB}}",
        "kind: small\nsteps: [{from: s3://bucket/x}]",
    ],
)
def test_what_the_loader_takes_an_editor_takes(text: str) -> None:
    assert awsml_takes(text)
    assert editor_takes(text)


@pytest.mark.parametrize(
    "text",
    [
        "kind: other",
        "kind: small\nsopt: on",
        "kind: small\ncompute: {count: 2}",
        "kind: small\ncompute: {instance: a, count: two}",
        "kind: small\ncompute: {instance: a, volume: 100}",
        "kind: small\nlimits: {runtime: 2 weeks}",
        "kind: small\nspot: maybe",
        "kind: small\nname: my_job",
        "kind: small\ninputs: {train: {from: a, mode: Pipe}}",
        "kind: small\nsteps: [{mode: pipe}]",
        "kind: small\nsteps: {a: 1}",
    ],
)
def test_what_the_loader_refuses_an_editor_refuses(text: str) -> None:
    assert not awsml_takes(text)
    assert not editor_takes(text)


@pytest.mark.parametrize(
    "field",
    ["name", "spot", "workers", "share", "rate", "link", "limits.runtime", "limits.cost", "output"],
)
def test_a_variable_may_stand_for_any_value(field: str) -> None:
    *parents, last = field.split(".")
    text = f"{last}: '${{env:NAME:-x}}'"
    for parent in parents:
        text = f"{parent}: {{{text}}}"
    assert editor_takes(f"kind: small\n{text}")


def test_what_a_base_may_supply_is_not_asked_for_where_something_is_extended() -> None:
    assert editor_takes("kind: small\nextends: base.yaml\ncompute: {count: 2}")


@pytest.mark.parametrize("kind", built_kinds())
def test_the_schema_of_a_kind_is_one_that_describes_every_field(
    kind: str, awsml: CommandLine
) -> None:
    schema = json.loads(awsml("schema", kind).out)
    Draft7Validator.check_schema(schema)
    mappings = [schema, *schema["definitions"].values()]
    bare = [
        name
        for mapping in mappings
        for name, field in mapping.get("properties", {}).items()
        if not field.get("description")
    ]
    assert bare == []


@pytest.mark.parametrize("kind", built_kinds())
def test_the_starter_of_a_kind_fits_its_schema(kind: str) -> None:
    schema = spec_schema(kind, kind_named(kind).Spec)
    for path in (STARTERS / kind).glob("*.yaml"):
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            if document.get("kind") == kind:
                errors = Draft7Validator(schema).iter_errors(document)
                assert [f"{error.json_path}: {error.message}" for error in errors] == []


def test_where_a_file_may_be_named_an_editor_takes_its_name() -> None:
    schema = spec_schema("tuning", kind_named("tuning").Spec)
    rest = "objective: {metric: a, goal: minimize}, parameters: {lr: {low: 1, high: 2}}"
    several = f"definitions: {{a: {{training: ./train.yaml, {rest}}}}}"
    single = f"training: ./train.yaml\n{rest.replace(', parameters', chr(10) + 'parameters')}"
    for text in (single, several):
        assert editor_takes(f"kind: tuning\nname: a\nbudget: {{trials: 3}}\n{text}", schema)
    assert not editor_takes(
        f"kind: tuning\nname: a\nbudget: {{trials: 3}}\n{single.replace('./train.yaml', '[a]')}",
        schema,
    )
