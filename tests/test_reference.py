"""The reference pages say what the code says, and every field in them is described."""

from __future__ import annotations

import pytest

from awsml.kinds import kind_named
from tools import generate_docs


@pytest.mark.parametrize("name", generate_docs.documents())
def test_a_reference_page_is_fresh(name: str) -> None:
    written = (generate_docs.REFERENCE / name).read_text(encoding="utf-8")
    fresh = written == generate_docs.documents()[name]()
    assert fresh, "run `python tools/generate_docs.py`"


def test_a_stale_page_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate_docs, "_written", lambda name: "")
    assert generate_docs.main(["--check"]) == 1


def test_every_field_has_a_description() -> None:
    rows = [
        row
        for name in generate_docs.built_kinds()
        for row in generate_docs.field_rows(kind_named(name).Spec)
        if not row[3].strip()
    ]
    assert rows == []
