"""Documents: scalars as written, places, merges, names, and who set a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from awsml.finding import Place
from awsml.plan import Source
from awsml.scenario.defaults import read_defaults
from awsml.scenario.document import Document
from awsml.scenario.loader import load
from awsml.scenario.overrides import Override

TEXT = """\
kind: small
name: a-job
compute:
  instance: ml.g5.xlarge
  fallback: [ml.g6.xlarge, "ml.p3.2xlarge"]
hyperparameters: {version: 2.10, account: 012345670123, on: off, at: 12:30, lr: 1e-3, "a.b": x}
"""


def document(text: str = TEXT, **options: object) -> Document:
    return load("jobs/a.yaml", text=text, environ={}, **options).documents[0]  # type: ignore[arg-type]


def test_scalars_keep_the_text_that_was_written() -> None:
    assert document().plain()["hyperparameters"] == {
        "version": "2.10",
        "account": "012345670123",
        "on": "off",
        "at": "12:30",
        "lr": "1e-3",
        "a.b": "x",
    }


@pytest.mark.parametrize("written", ["", "~", "null", "Null", "NULL"])
def test_a_plain_null_is_no_value(written: str) -> None:
    assert document(f"kind: small\nname: {written}\n").plain()["name"] is None


@pytest.mark.parametrize("written", ['""', "'null'", '"~"', "!!str null"])
def test_a_quoted_null_is_a_text(written: str) -> None:
    assert document(f"kind: small\nname: {written}\n").plain()["name"] in ("", "null", "~")


@pytest.mark.parametrize(
    ("field", "line", "column", "end"),
    [
        ("kind", 1, 7, 12),
        ("compute.instance", 4, 13, 25),
        ("compute.fallback", 5, 13, 44),
        ("compute.fallback[0]", 5, 14, 26),
        ("compute.fallback[1]", 5, 28, 43),
        ("compute", 3, 1, 8),  # a block stands at its key
        ("hyperparameters.a.b", 6, 94, 95),
        ('hyperparameters["a.b"]', 6, 94, 95),
        ("compute.count", 3, 1, 8),  # absent: the nearest thing around it
        ("nothing.at.all", 1, 1, 5),
    ],
)
def test_every_value_has_its_place(field: str, line: int, column: int, end: int) -> None:
    assert document().place(field) == Place("jobs/a.yaml", line, column, line, end)


def test_a_key_has_a_place_of_its_own() -> None:
    assert document().key_place("compute.instance") == Place("jobs/a.yaml", 4, 3, 4, 11)


def test_the_source_of_a_value_follows_the_strongest_layer(tmp_path: Path) -> None:
    file = tmp_path / "awsml.yaml"
    file.write_text("region: us-east-1\nname: other\nsmall: {compute: {count: 4}}\n")
    layered = document(
        overrides=[Override.parse("compute.volume=1 TB")], defaults=read_defaults(file)
    )
    sources = {
        field: layered.origin(field).source
        for field in ("region", "name", "compute.count", "compute.volume", "compute.memory")
    }
    assert sources == {
        "region": Source.DEFAULTS,
        "name": Source.SCENARIO,
        "compute.count": Source.DEFAULTS,
        "compute.volume": Source.FLAG,
        "compute.memory": Source.BUILT_IN,
    }
    assert layered.place("compute.volume") == Place("--set", 1, 16, 1, 20)
    assert layered.source_line(layered.place("compute.volume")) == "compute.volume=1 TB"
    assert layered.source_line(layered.place("region")) == "region: us-east-1"


def test_the_name_is_the_files_where_none_is_given() -> None:
    loaded = load("jobs/resnet.yaml", text="kind: a\n---\nkind: b\n---\nname: c\n", environ={})
    assert [each.name for each in loaded.documents] == ["resnet", "resnet-2", "c"]
    assert [each.index for each in loaded.documents] == [0, 1, 2]


def test_anchors_aliases_and_merges_work() -> None:
    text = """\
base: &base {a: 1, b: 2}
other: &other {b: 3, c: 4}
one: {<<: *base, b: 5}
both: {<<: [*base, *other]}
same: *base
"""
    plain = document(text).plain()
    assert plain["one"] == {"a": "1", "b": "5"}
    assert plain["both"] == {"a": "1", "b": "2", "c": "4"}
    assert plain["same"] == {"a": "1", "b": "2"}
    assert document(text).place("one.a") == Place("jobs/a.yaml", 1, 17, 1, 18)


def test_a_quoted_merge_key_is_a_key() -> None:
    assert document('"<<": x\n').plain() == {"<<": "x"}


def test_a_variable_takes_its_value_or_its_default_and_is_read_once() -> None:
    text = """\
a: ${env:A}
b: "x-${env:B:-none}-${env:A}"
c: ${env:C:-}
d: $${env:A}
e: ${env:SELF}
f: ${OTHER} $HOME
g: ${env:EMPTY:-filled}
"""
    environ = {"A": "1 2", "SELF": "${env:A}", "EMPTY": ""}
    loaded = load("a.yaml", text=text, environ=environ)
    assert loaded.findings == []
    assert loaded.documents[0].plain() == {
        "a": "1 2",
        "b": "x-none-1 2",
        "c": None,
        "d": "${env:A}",
        "e": "${env:A}",
        "f": "${OTHER} $HOME",
        "g": "filled",
    }


def test_a_value_from_the_environment_is_a_text_whatever_it_looks_like() -> None:
    loaded = load("a.yaml", text="a: ${env:A}\n", environ={"A": "null"})
    assert loaded.documents[0].plain() == {"a": "null"}
