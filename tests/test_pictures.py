"""The pictures show what the commands print today, and the README shows the pictures."""

from __future__ import annotations

import re
from pathlib import Path

from tools import pictures
from tools.terminal import WIDTH, Look, Screen, plain, svg

ROOT = Path(__file__).parent.parent


def screen(text: str) -> Screen:
    made = Screen()
    made.feed(text)
    return made


def test_a_line_that_is_drawn_again_is_shown_once() -> None:
    assert [plain(row) for row in screen("10 %\r\x1b[Kdone\r\nnext").rows] == ["done", "next"]


def test_colours_end_where_they_are_reset() -> None:
    (row,) = screen("\x1b[31m\x1b[1mbad\x1b[0m ok").rows
    assert [look for _, look in row] == [Look(colour=1, bold=True)] * 3 + [Look()] * 3


def test_a_long_line_goes_on_below() -> None:
    assert [len(row) for row in screen("x" * (WIDTH + 3)).rows] == [WIDTH, 3]


def test_text_is_drawn_as_it_is_written() -> None:
    drawn = svg("a < b", screen("1 < 2 & 3").rows)
    assert "1&#160;&lt;&#160;2&#160;&amp;&#160;3</text>" in drawn
    assert "<title>a &lt; b</title>" in drawn


def test_no_picture_is_stale() -> None:
    assert pictures.main(["--check"]) == 0, "run `python -m tools.pictures`"


def test_every_picture_is_on_the_page() -> None:
    shown = re.findall(r"docs/pictures/(\w+)\.svg", (ROOT / "README.md").read_text("utf-8"))
    assert sorted(shown) == sorted(path.stem for path in pictures.PICTURES.glob("*.svg"))
