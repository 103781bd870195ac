"""Comments that silence findings: on the line or above, with a reason, and in use."""

from __future__ import annotations

from awsml.finding import Finding, Level, Place
from awsml.scenario.loader import load
from awsml.scenario.suppression import suppress


def found(slug: str, line: int, file: str = "a.yaml") -> Finding:
    return Finding(slug, Level.WARNING, "it is so", place=Place(file, line, 1, line, 2))


def left(text: str, *findings: Finding, checked: set[str] | None = None) -> list[str]:
    loaded = load("a.yaml", text=text, environ={})
    kept = suppress(loaded.documents, [*loaded.findings, *findings], checked=checked).findings
    return [f"{each.slug} {each.place.line}" for each in kept if each.place]


def test_a_comment_on_the_line_silences() -> None:
    assert left("a: 1  # awsml: ignore[old] tested on it\n", found("old", 1)) == []


def test_a_comment_above_silences_the_next_line_with_a_value() -> None:
    text = "# awsml: ignore[old] tested on it\n# and a note\n\na: 1\n"
    assert left(text, found("old", 4)) == []


def test_comments_above_each_other_are_about_the_same_line() -> None:
    text = "# awsml: ignore[old] tested\n# awsml: ignore[slow] wanted\na: 1\n"
    assert left(text, found("old", 3), found("slow", 3)) == []


def test_one_comment_names_several_slugs() -> None:
    text = "a: 1 # awsml: ignore[old, slow] both are wanted\n"
    assert left(text, found("old", 1), found("slow", 1)) == []
    assert left(text, found("slow", 1)) == ["unused-suppression 1"]


def test_it_silences_its_own_slug_on_its_own_line_of_its_own_file() -> None:
    text = "a: 1 # awsml: ignore[old] tested\nb: 2\n"
    others = (found("new", 1), found("old", 2), found("old", 1, "b.yaml"))
    assert left(text, *others) == ["new 1", "old 2", "old 1", "unused-suppression 1"]


def test_every_finding_of_the_slug_on_the_line_is_silenced() -> None:
    text = "a: {b: 1, c: 2} # awsml: ignore[old] both\n"
    assert left(text, found("old", 1), found("old", 1)) == []


def test_what_was_not_checked_is_not_called_unused() -> None:
    text = "a: 1 # awsml: ignore[old] tested\n"
    assert left(text, checked={"new"}) == []
    assert left(text, checked={"old"}) == ["unused-suppression 1"]


def test_a_comment_without_a_reason_silences_nothing_and_is_found() -> None:
    text = "a: 1 # awsml: ignore[old]\n"
    assert left(text, found("old", 1)) == ["suppression-without-reason 1", "old 1"]


def test_a_complaint_about_a_comment_cannot_be_silenced_by_it() -> None:
    text = "# awsml: ignore[bad-suppression] why\n# awsml: hush\na: 1\n"
    assert left(text) == ["bad-suppression 2", "unused-suppression 1"]


def test_text_that_looks_like_a_comment_is_text() -> None:
    text = "a: |\n  # awsml: ignore[old] inside a block\nb: 'x # awsml: ignore[old] quoted'\n"
    assert load("a.yaml", text=text, environ={}).documents[0].ignores == ()


def test_a_comment_of_a_base_file_silences_there(tmp_path: object) -> None:
    base = f"{tmp_path}/base.yaml"
    with open(base, "w", encoding="utf-8") as file:
        file.write("old: 1  # awsml: ignore[old] tested\n")
    loaded = load(f"{tmp_path}/a.yaml", text="extends: base.yaml\n", environ={})
    result = suppress(loaded.documents, [found("old", 1, base)])
    assert result.findings == []
    assert [(f.slug, comment.reason) for f, comment in result.silenced] == [("old", "tested")]
