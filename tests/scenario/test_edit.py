"""Editing: one value changes, and not a character of anything else."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from awsml.errors import UsageError
from awsml.scenario.edit import set_value
from awsml.scenario.loader import load

TEXT = """\
# A job of ours
kind: small            # never changes
compute: {instance: ml.x, count: 1}  # machines
inputs:
  train:
    from: s3://abc/x   # data
    # about the mode

  # the other one
  test: &test
    from: "s3://abc/y"
  again: *test
limits:
tags: {}
note: |
  hello
  there
list:
  - a   # first
  - {b: 1}
# the end
---
kind: other
x: 1"""


def changes(field: str, value: str, index: int = 0) -> tuple[list[str], list[str]]:
    """The lines that go and the lines that come."""
    old, new = TEXT.splitlines(), set_value(TEXT, field, value, index=index).splitlines()
    gone = [line for line in old if line not in new]
    return gone, [line for line in new if line not in old]


@pytest.mark.parametrize(
    ("field", "value", "gone", "come"),
    [
        (
            "compute.count",
            "2",
            ["compute: {instance: ml.x, count: 1}  # machines"],
            ["compute: {instance: ml.x, count: 2}  # machines"],
        ),
        (
            "compute.volume",
            "100 GB",
            ["compute: {instance: ml.x, count: 1}  # machines"],
            ["compute: {instance: ml.x, count: 1, volume: 100 GB}  # machines"],
        ),
        ("inputs.train.mode", "fastfile", [], ["    mode: fastfile"]),
        (
            "inputs.train.from",
            "s3://new/",
            ["    from: s3://abc/x   # data"],
            ["    from: s3://new/   # data"],
        ),
        ("inputs.again", "./here", ["  again: *test"], ["  again: ./here"]),
        ("limits.runtime", "1h", ["limits:"], ["limits: {runtime: 1h}"]),
        ("tags.owner", "a: b", ["tags: {}"], ['tags: {owner: "a: b"}']),
        ("note", "short", ["note: |", "  hello", "  there"], ["note: short"]),
        ("list[0]", "z", ["  - a   # first"], ["  - z   # first"]),
        ("list[1].c", "[1, 2]", ["  - {b: 1}"], ["  - {b: 1, c: [1, 2]}"]),
        ("list", "[]", ["list:", "  - a   # first", "  - {b: 1}"], ["list: []"]),
        ("name", "# no comment", [], ['name: "# no comment"']),
        ("new.deep.er", "1", [], ["new: {deep: {er: 1}}"]),
        ('inputs["a.b"].from', "./x", [], ["  a.b: {from: ./x}"]),
    ],
)
def test_a_change_touches_its_own_lines_only(
    field: str, value: str, gone: list[str], come: list[str]
) -> None:
    assert changes(field, value) == (gone, come)


def test_the_last_document_may_end_without_a_line_break() -> None:
    assert set_value(TEXT, "y", "2", index=1).endswith("x: 1\ny: 2")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("inputs.test.from", "z"),  # the alias would change with it
        ("kind.x", "z"),
        ("list[5]", "z"),
        ("list.a", "z"),
    ],
)
def test_what_cannot_be_changed_alone_is_refused(field: str, value: str) -> None:
    with pytest.raises(UsageError) as raised:
        set_value(TEXT, field, value)
    assert raised.value.slug == "cannot-edit"
    assert raised.value.hint == "change it by hand"


@given(
    st.sampled_from(["kind", "compute.count", "inputs.train.mode", "note", "fresh", "tags.x"]),
    st.text(max_size=20).filter(lambda text: text[:1] not in ("[", "{", '"', "'")),
)
@example("kind", "\x85")
@example("kind", "")
def test_any_text_that_is_set_is_read_back(field: str, value: str) -> None:
    try:
        changed = set_value(TEXT, field, value)
    except UsageError as error:
        assert error.slug in ("cannot-edit", "bad-yaml", "not-utf-8")
        return
    first, second = load("a.yaml", text=changed, environ={}).documents
    found = first.find(field)
    assert found.whole
    assert getattr(found.node, "text", None) == value
    assert second.plain() == {"kind": "other", "x": "1"}
