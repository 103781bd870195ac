"""A field may name a file of another kind; its document stands there, with places of its own."""

from pathlib import Path

import pytest

from awsml.errors import UsageError
from awsml.scenario import Override, load

INNER = "kind: training\nname: inner\ncompute: {count: 1}\ncode: {dir: ./src}\n"
INCLUDES = {"tuning": {"training": "training"}}


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
