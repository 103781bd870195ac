"""The reference pages say what the code says, and every field in them is described."""

from __future__ import annotations

from typing import Literal, get_args, get_origin

import pytest
from pydantic.fields import FieldInfo

from awsml.kinds import kind_named
from awsml.scenario.shape import example_of, field_at, field_paths, models_at
from tools import generate_docs


@pytest.mark.parametrize("name", generate_docs.documents())
def test_a_reference_page_is_fresh(name: str) -> None:
    written = (generate_docs.REFERENCE / name).read_text(encoding="utf-8")
    fresh = written == generate_docs.documents()[name]()
    assert fresh, "run `python tools/generate_docs.py`"


def test_a_stale_page_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate_docs, "_written", lambda name: "")
    assert generate_docs.main(["--check"]) == 1


def test_every_required_field_has_something_to_type() -> None:
    """What is missing is shown in a hint as it can be typed, so the field gives an example."""
    bare = []
    for name in generate_docs.built_kinds():
        spec = kind_named(name).Spec
        for path in field_paths(spec):
            field = field_at(spec, path)
            if field is None or not field.is_required() or path == ("kind",):
                continue
            if example_of(field) is None and not models_at(spec, path) and not _choices(field):
                bare.append(f"{name}: {'.'.join(path)}")
    assert bare == []


def _choices(field: FieldInfo) -> tuple[object, ...]:
    return get_args(field.annotation) if get_origin(field.annotation) is Literal else ()


def test_every_field_has_a_description() -> None:
    rows = [
        row
        for name in generate_docs.built_kinds()
        for row in generate_docs.field_rows(kind_named(name).Spec)
        if not row[3].strip()
    ]
    assert rows == []
