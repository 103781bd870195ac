"""Searching takes bounded time and finds what `re` finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsml.regex.repeats import repeats
from awsml.regex.search import LONGEST_TEXT, RanAway, Search

PLAIN, APART = r"b=(\d+)", r"(?:a+)+b=(\d+)"


@pytest.mark.parametrize("regex", [PLAIN, APART, r"(?:a|b)+=\d+"])
def test_it_finds_what_re_finds(regex: str) -> None:
    with Search(regex) as search:
        for text in ("", "aab=3 ab=4", "ab=\u2028\n\x00 ab=5\ud800", "nothing"):
            found = [match.group(match.re.groups) for match in re.finditer(regex, text)]
            assert list(search.values(text)) == found


def test_what_runs_away_is_ended_and_the_next_text_is_searched() -> None:
    with Search(APART, seconds=0.05) as search:
        assert search.values("ab=1") == ["1"]
        with pytest.raises(RanAway):
            search.values("a" * 64)
        assert search.values("ab=2") == ["2"]


def test_a_group_that_took_no_part_is_none() -> None:
    with Search("(x)?y") as search:
        assert list(search.values("y")) == [None]


def test_a_text_is_cut() -> None:
    with Search(PLAIN) as search:
        assert not search.values(" " * LONGEST_TEXT + "b=1")


@given(st.text(alphabet="a(b|)*+?{2,}[]\\^", max_size=14))
def test_any_expression_is_read(regex: str) -> None:
    for each in repeats(regex):
        assert regex[each.start] == "(" and 0 <= each.start < each.end <= len(regex)
