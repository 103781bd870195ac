"""Layers of a document: base files, the project's defaults, flags."""

from __future__ import annotations

from pathlib import Path

import pytest

from awsml.errors import UsageError
from awsml.scenario.defaults import check_defaults, read_defaults
from awsml.scenario.document import Document
from awsml.scenario.loader import load
from awsml.scenario.nodes import plain
from awsml.scenario.overrides import Override
from awsml.scenario.validation import kind_finding, validate
from tests.scenario.model import Small


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, text: str) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")
    return name


def only(name: str, *sets: str, **options: object) -> Document:
    overrides = [Override.parse(text) for text in sets]
    return load(name, environ={}, overrides=overrides, **options).documents[0]  # type: ignore[arg-type]


def test_a_document_changes_what_it_names_of_its_base() -> None:
    write("base/all.yaml", "extends: deeper.yaml\ncompute: {count: 2}\nsteps: [1, 2]\n")
    write("base/deeper.yaml", "kind: small\ncompute: {instance: a, count: 1}\nname: deep\n")
    write("jobs/a.yaml", "extends: ../base/all.yaml\ncompute: {volume: 9 GB}\nsteps: [3]\n")
    document = only("jobs/a.yaml")
    assert document.plain() == {
        "kind": "small",
        "compute": {"instance": "a", "count": "2", "volume": "9 GB"},
        "steps": ["3"],
        "name": "deep",
    }
    assert document.place("compute.instance").file == "base/deeper.yaml"
    assert document.source_line(document.place("compute.count")) == "compute: {count: 2}"
    assert document.folder("compute.count") == "base"
    assert document.folder("steps") == "jobs"


def test_null_takes_a_field_of_the_base_away() -> None:
    write("base.yaml", "kind: small\nlimits: {runtime: 1h}\n")
    write("a.yaml", "extends: base.yaml\nlimits: null\n")
    assert only("a.yaml").plain()["limits"] is None


def test_of_several_documents_the_one_of_the_same_kind_is_extended() -> None:
    write("base.yaml", "kind: other\nname: x\n---\nkind: small\nname: y\n")
    write("a.yaml", "extends: base.yaml\nkind: small\n")
    assert only("a.yaml").plain() == {"kind": "small", "name": "y"}


def test_a_base_may_be_named_by_a_variable() -> None:
    write("prod.yaml", "kind: small\n")
    write("a.yaml", "extends: ${env:STAGE:-prod}.yaml\n")
    assert only("a.yaml").kind == "small"


def test_a_mistake_in_a_shared_base_is_reported_once() -> None:
    write("base.yaml", "kind: small\nspot: on\nspot: off\n")
    write("a.yaml", "extends: base.yaml\n---\nextends: base.yaml\nname: b\n")
    assert [f.slug for f in load("a.yaml", environ={}).findings] == ["duplicate-key"]


def test_a_variable_that_an_upper_layer_replaces_may_be_missing() -> None:
    write("a.yaml", "kind: small\nname: ${env:NOBODY}\n")
    loaded = load("a.yaml", environ={}, overrides=[Override.parse("name=b")])
    assert loaded.findings == []


def test_defaults_fill_what_the_scenario_leaves_out() -> None:
    write("awsml.yaml", "name: shared\nspot: on\nsmall: {name: own}\nother: {spot: off}\n")
    write("a.yaml", "kind: small\nlimits: {runtime: 1h}\n")
    document = only("a.yaml", defaults=read_defaults("awsml.yaml"), kinds=("small", "other"))
    assert document.plain() == {
        "kind": "small",
        "limits": {"runtime": "1h"},
        "name": "own",
        "spot": "on",
    }


def test_a_common_default_that_a_kind_has_no_field_for_is_left_out() -> None:
    write("awsml.yaml", "region: us-east-1\nspot: on\n")
    write("a.yaml", "kind: small\n")
    spec, findings = validate(only("a.yaml", defaults=read_defaults("awsml.yaml")), Small)
    assert findings == []
    assert spec is not None and spec.spot


def test_an_unknown_default_of_a_kind_is_a_finding_in_the_defaults_file() -> None:
    write("awsml.yaml", "small:\n  sopt: on\n")
    write("a.yaml", "kind: small\n")
    _, findings = validate(only("a.yaml", defaults=read_defaults("awsml.yaml")), Small)
    places = [(f.slug, f.place and (f.place.file, f.place.line, f.place.column)) for f in findings]
    assert places == [("unknown-field", ("awsml.yaml", 2, 3))]


def test_names_in_the_defaults_file_that_nothing_reads_are_findings() -> None:
    write("awsml.yaml", "regin: us-east-1\nsmall: 3\nspot: on\n")
    fields = {"small": ["spot", "region"], "other": ["colour"]}
    found = check_defaults(read_defaults("awsml.yaml"), list(fields), lambda kind: fields[kind])
    assert [(f.slug, f.hint) for f in found] == [
        ("wrong-type", "write `small: {region: us-east-1}`"),
        ("unknown-field", "write `region`"),
    ]


def test_no_more_kinds_are_asked_than_needed() -> None:
    write("awsml.yaml", "region: us-east-1\n")
    fields = {"small": ["region"]}
    assert check_defaults(read_defaults("awsml.yaml"), ["small", "other"], fields.__getitem__) == []


@pytest.mark.parametrize("text", ["[a]\n", "a\n", "a: 1\n---\nb: 2\n"])
def test_a_defaults_file_is_one_mapping(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_defaults(write("awsml.yaml", text))
    assert raised.value.slug == "not-a-mapping"


def test_an_empty_defaults_file_says_nothing() -> None:
    write("a.yaml", "kind: small\n")
    assert only("a.yaml", defaults=read_defaults(write("awsml.yaml", ""))).plain() == {
        "kind": "small"
    }


@pytest.mark.parametrize(
    ("flag", "field", "value"),
    [
        ("compute.count=3", "compute.count", "3"),
        ("name=a=b: c # d", "name", "a=b: c # d"),
        ("compute.fallback=[a, b]", "compute.fallback", ["a", "b"]),
        ("compute.fallback[0]=z", "compute.fallback[0]", "z"),
        ("compute.fallback[1]=z", "compute.fallback[1]", "z"),
        ("limits.runtime=2h", "limits", {"runtime": "2h"}),
        ('hyperparameters["a.b"]=1', 'hyperparameters["a.b"]', "1"),
        ("name=", "name", None),
        ('name=""', "name", ""),
        ("inputs.*.mode=pipe", "inputs.b.mode", "pipe"),
        ("hyperparameters={a: 1, b: [2]}", "hyperparameters.b[0]", "2"),
    ],
)
def test_a_flag_sets_a_field(flag: str, field: str, value: object) -> None:
    write("a.yaml", "kind: small\ncompute: {fallback: [x]}\ninputs: {a: {}, b: {mode: file}}\n")
    document = only("a.yaml", flag)
    found = document.find(field)
    assert found.whole
    assert plain(found.node) == value
    assert document.place(field).file == "--set"


@pytest.mark.parametrize(
    ("flag", "message"),
    [
        ("", "`` sets no field"),
        ("compute.count", "`compute.count` sets no field"),
        ("=3", "`=3` sets no field"),
        ("a..b=3", "`a..b=3` sets no field"),
        ("kind.x=3", "`kind.x` cannot be set: `kind` is a single value"),
        ("compute.fallback[4]=z", "`compute.fallback` is a list of 1"),
        ("compute[0]=z", "`compute` is a mapping"),
        ("name=[a", "a bracket is not closed"),
    ],
)
def test_a_flag_that_sets_nothing_is_wrong_usage(flag: str, message: str) -> None:
    write("a.yaml", "kind: small\ncompute: {fallback: [x]}\n")
    with pytest.raises(UsageError) as raised:
        only("a.yaml", flag)
    assert message in str(raised.value)
    assert raised.value.where is not None and raised.value.where.file == "--set"
    assert raised.value.hint


def test_a_mistake_in_a_flag_is_shown_in_the_flag() -> None:
    write("a.yaml", "kind: small\n")
    document = only("a.yaml", "name=fine", "compute.count=many", "compute.instance=a")
    _, findings = validate(document, Small)
    assert [
        (f.slug, f.place and (f.place.file, f.place.line, f.place.column)) for f in findings
    ] == [("wrong-type", ("--set", 2, 15))]
    place = findings[0].place
    assert place is not None and document.source_line(place) == "compute.count=many"


def test_a_key_twice_in_a_flag_is_a_finding() -> None:
    write("a.yaml", "kind: small\n")
    loaded = load(
        "a.yaml", environ={}, overrides=[Override.parse("limits={runtime: 1h, runtime: 2h}")]
    )
    found = [(f.slug, f.place and (f.place.file, f.place.column)) for f in loaded.findings]
    assert found == [("duplicate-key", ("--set", 22))]


def test_a_named_flag_has_a_text_of_its_own() -> None:
    write("a.yaml", "kind: small\ninputs: {train: {from: x}}\n")
    override = Override("inputs.train.mode", "pipe", "--input-mode", "train=pipe")
    document = load("a.yaml", environ={}, overrides=[override]).documents[0]
    place = document.place("inputs.train.mode")
    assert (place.file, place.column) == ("--input-mode", 7)
    assert document.source_line(place) == "train=pipe"


@pytest.mark.parametrize(
    ("text", "slug", "hint"),
    [
        ("name: a\n", "missing-required", "write `kind: training`, or one of: training, tuning"),
        ("kind: Training\n", "enum-value", "write `kind: training`"),
        ("kind: trainning\n", "enum-value", "write `kind: training`"),
        ("kind: zzz\n", "enum-value", "write one of: training, tuning"),
        ("kind: [a]\n", "missing-required", "write `kind: training`, or one of: training, tuning"),
    ],
)
def test_an_unknown_kind_is_a_finding(text: str, slug: str, hint: str) -> None:
    finding = kind_finding(only(write("a.yaml", text)), ("training", "tuning"))
    assert finding is not None
    assert (finding.slug, finding.hint) == (slug, hint)


def test_a_known_kind_is_no_finding() -> None:
    assert kind_finding(only(write("a.yaml", "kind: tuning\n")), ("training", "tuning")) is None
