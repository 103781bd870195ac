"""Which expressions may run away, and which of them surely do."""

from __future__ import annotations

import pytest

from awsml.regex.repeats import Repeat, repeats


@pytest.mark.parametrize(
    ("regex", "span"),
    [
        ("(a+)+", (0, 5)),
        (r"x=(?:\w+\s*)+ y", (2, 13)),
        ("(?P<n>[0-9]*)*", (0, 14)),
        ("((a,)+)+", (0, 8)),
        ("(a{2,}){2,}", (0, 11)),
        ("(a*|b)+", (0, 7)),
        ("(?i)(^a+$)*", (4, 11)),
    ],
)
def test_a_repeat_of_what_repeats_alone_is_ambiguous(regex: str, span: tuple[int, int]) -> None:
    assert repeats(regex)[-1] == Repeat(*span, ambiguous=True)


@pytest.mark.parametrize("regex", [r"(?:\d+,)+", "(a|b)*", "a{3}(b|cd+)+", "((a+)b)+"])
def test_what_ends_each_round_makes_it_plain(regex: str) -> None:
    assert [each.ambiguous for each in repeats(regex)] == [False]


@pytest.mark.parametrize(
    "regex",
    [
        r"loss=([0-9.]+)",
        r"([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)",
        r"[(+*]+(x)",
        r"[]+)(*]+(x)",
        r"\(a+\)+",
        r"(a+){1,3}",
        r"(a+)?",
        r"(?P<a>x)(?P=a)+",
        r"(?#(a+)+)b+",
        "a{}",
        ")",
        "",
    ],
)
def test_what_repeats_no_repeating_group_is_matched_where_it_is(regex: str) -> None:
    assert repeats(regex) == []
