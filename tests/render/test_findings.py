"""Findings as text: the place, the line, and the caret under the very value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsml.finding import Finding, Level, Place, Related
from awsml.render.cells import cells
from awsml.render.findings import counts_line, findings_text

LINE = "compute: {instance: ml.x, count: 0}"


def finding(place: Place | None, **more: object) -> Finding:
    return Finding("out-of-range", Level.ERROR, "it is `0`", place=place, **more)  # type: ignore[arg-type]


def at(text: str, part: str, line: int = 7) -> Place:
    column = text.index(part) + 1
    return Place("a.yaml", line, column, line, column + len(part))


def shown(text: str, part: str, width: int = 80) -> list[str]:
    return findings_text([finding(at(text, part))], lambda _: text, width=width).split("\n")


def test_a_finding_shows_place_line_caret_and_hint() -> None:
    text = findings_text(
        [finding(at(LINE, "0"), hint="write `count: 1`")], lambda _: LINE, width=80
    )
    assert text == (
        "error[out-of-range]: it is `0`\n"
        "  --> a.yaml:7:34\n"
        "7 | compute: {instance: ml.x, count: 0}\n"
        "  |                                  ^\n"
        "  hint: write `count: 1`"
    )


def test_a_related_place_is_shown_with_its_own_line() -> None:
    related = (Related("first set here", Place("b.yaml", 12, 1, 12, 5)),)
    lines = {"a.yaml": LINE, "b.yaml": "spot: on"}
    text = findings_text([finding(at(LINE, "0"), related=related)], lambda p: lines[p.file])
    assert "  note: first set here\n  --> b.yaml:12:1\n12 | spot: on\n   | ^^^^" in text


def test_a_finding_about_a_request_shows_its_path() -> None:
    text = findings_text(
        [finding(None, request_path="ResourceConfig.VolumeSizeInGB")], lambda _: None
    )
    assert text.endswith("\n  --> ResourceConfig.VolumeSizeInGB")


def test_without_the_source_the_place_stands_alone() -> None:
    text = findings_text([finding(Place("gone.yaml", 3, 9, 3, 10))], lambda _: None)
    assert text.split("\n")[1:] == ["  --> gone.yaml:3:9"]


def test_wide_characters_move_the_caret_by_two_cells() -> None:
    line = "name: '한글 모델' # 값"
    text, caret = shown(line, "모델")[2:4]
    assert caret.index("^") == cells(text[: text.index("모델")])
    assert caret.count("^") == 4


def test_a_tab_is_shown_as_four_spaces() -> None:
    text, caret = shown("a:\tvalue", "value")[2:4]
    assert text == "7 | a:    value"
    assert caret == "  |       ^^^^^"


def test_a_place_over_several_lines_is_marked_to_the_end_of_the_first() -> None:
    place = Place("a.yaml", 7, 10, 9, 3)
    assert (
        findings_text([finding(place)], lambda _: LINE).split("\n")[3].count("^") == len(LINE) - 9
    )


def test_control_characters_never_reach_the_terminal() -> None:
    line = "name: \x1b[31mred\x1b[0m \u202eabc"
    text = findings_text(
        [Finding("x", Level.ERROR, "it is \x1b[2J`\x07`", place=at(line, "red"))], lambda _: line
    )
    assert not any(ord(character) < 32 and character != "\n" for character in text)
    assert "\u202e" not in text
    assert "\\x1b[31mred" in text


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_long_line_is_cut_around_the_value(width: int) -> None:
    line = "command: [" + "x" * 300 + ", here, " + "y" * 300 + "]"
    text, caret = shown(line, "here", width)[2:4]
    assert cells(text) <= width
    assert text[caret.index("^") : caret.rindex("^") + 1] == "here"
    assert text.endswith("…") and "| …" in text


def test_a_line_of_a_whole_file_is_cut_before_it_is_looked_at() -> None:
    """Control characters are escaped one by one: of fifty megabytes that took a minute."""
    text = "\0" * 5_000_000 + "count: 0" + "\0" * 5_000_000
    *_, line, caret = shown(text, "0", 60)
    assert line[caret.index("^")] == "0" and "count: 0" in line
    assert len(line) <= 60 and line.startswith("7 | …") and line.endswith("…")


def test_a_long_message_wraps_and_keeps_what_can_be_typed_whole() -> None:
    hint = "write " + "`compute: {instance: ml.g5.xlarge}` " * 3
    text = findings_text([finding(None, hint=hint)], lambda _: None, width=60)
    lines = text.split("\n")
    assert all(len(line) <= 60 for line in lines)
    assert text.count("`compute: {instance: ml.g5.xlarge}`") == 3


def test_colour_is_asked_for() -> None:
    painted = findings_text(
        [finding(at(LINE, "0"))],
        lambda _: LINE,
        paint=lambda text, **how: f"<{how['fg']}>{text}" if "fg" in how else text,
    )
    assert painted.startswith("<red>error[out-of-range]: it is `0`")
    assert "<red>^" in painted


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), min_size=1, max_size=200),
    st.data(),
    st.integers(20, 120),
)
def test_any_line_fits_and_keeps_its_caret(line: str, data: st.DataObject, width: int) -> None:
    start = data.draw(st.integers(0, len(line) - 1))
    end = data.draw(st.integers(start, len(line)))
    place = Place("a.yaml", 1, start + 1, 1, end + 1)
    lines = findings_text([finding(place)], lambda _: line, width=width).split("\n")
    if len(lines) < 4:
        assert not line.strip()
        return
    assert len(lines) == 4
    assert cells(lines[2]) <= max(width, 24)
    assert cells(lines[3]) <= max(width, 24)
    assert "^" in lines[3]


@pytest.mark.parametrize(
    ("levels", "silenced", "said"),
    [
        ([], 0, "no findings"),
        ([Level.ERROR], 0, "1 error"),
        (
            [Level.ERROR, Level.WARNING, Level.ERROR, Level.ADVICE],
            0,
            "2 errors, 1 warning, 1 advice",
        ),
        ([Level.ADVICE, Level.ADVICE], 1, "2 advice (1 silenced by comments)"),
    ],
)
def test_the_counts_are_said_in_a_line(levels: list[Level], silenced: int, said: str) -> None:
    assert counts_line([Finding("a", level, "m") for level in levels], silenced) == said
