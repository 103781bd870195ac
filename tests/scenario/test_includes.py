"""A field may name a file of another kind; its document stands there, with places of its own."""

from pathlib import Path

import pytest

from awsml.errors import UsageError
from awsml.scenario.loader import load
from awsml.scenario.overrides import Override

INNER = "kind: training\nname: inner\ncompute: {count: 1}\ncode: {dir: ./src}\n"
INCLUDES = {"tuning": {"training": "training", "definitions.*.training": "training"}}


@pytest.fixture
def outer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "inner.yaml").write_text(INNER)
    (tmp_path / "outer.yaml").write_text("kind: tuning\ntraining: ./sub/inner.yaml\n")
    return "outer.yaml"


def test_the_named_document_stands_in_the_field(outer: str) -> None:
    document = load(outer, environ={}, includes=INCLUDES).documents[0]
    assert document.plain()["training"]["name"] == "inner"
    place = document.place("training.compute.count")
    assert (place.file, place.line, place.column) == ("sub/inner.yaml", 3, 18)


def test_relative_paths_are_relative_to_the_named_file(outer: str) -> None:
    document = load(outer, environ={}, includes=INCLUDES).documents[0]
    assert document.folder("training.code.dir") == "sub"


def test_flags_reach_into_the_named_document(outer: str) -> None:
    flag = Override.parse("training.compute.count=3")
    document = load(outer, environ={}, includes=INCLUDES, overrides=[flag]).documents[0]
    assert document.plain()["training"]["compute"]["count"] == "3"


def test_a_flag_may_name_the_file_relative_to_where_one_is(outer: str, tmp_path: Path) -> None:
    (tmp_path / "sub" / "outer.yaml").write_text("kind: tuning\ntraining: ./inner.yaml\n")
    (tmp_path / "other.yaml").write_text(INNER.replace("inner", "other"))
    flags = [Override.parse(f"training{rest}") for rest in (".compute.count=4", "=./other.yaml")]
    document = load("sub/outer.yaml", environ={}, includes=INCLUDES, overrides=flags).documents[0]
    assert document.plain()["training"]["name"] == "other"
    assert document.plain()["training"]["compute"]["count"] == "4"
    assert document.folder("training.code.dir") in ("", ".")


def test_each_of_several_definitions_may_name_a_file(outer: str) -> None:
    text = "kind: tuning\ndefinitions:\n  a: {training: ./sub/inner.yaml}\n  b: {training: {}}\n"
    document = load(outer, environ={}, text=text, includes=INCLUDES).documents[0]
    assert document.plain()["definitions"]["a"]["training"]["name"] == "inner"
    assert document.plain()["definitions"]["b"]["training"] == {}
    assert document.place("definitions.a.training.compute.count").file == "sub/inner.yaml"


def test_an_inline_document_is_left_as_it_is(outer: str) -> None:
    text = "kind: tuning\ntraining: {name: here}\n"
    document = load(outer, environ={}, text=text, includes=INCLUDES).documents[0]
    assert document.plain()["training"] == {"name": "here"}


def test_a_missing_file_is_an_error_with_its_place(outer: str) -> None:
    text = "kind: tuning\ntraining: ./nothing.yaml\n"
    with pytest.raises(UsageError) as caught:
        load(outer, environ={}, text=text, includes=INCLUDES)
    assert caught.value.where is not None
    assert caught.value.where.line == 2
