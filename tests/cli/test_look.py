"""One look: errors show their line, and what a terminal shows fits it."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from awsml.cli.live import PlainView
from awsml.cli.output import Style, explain_error
from awsml.errors import UsageError
from awsml.events import Note
from awsml.finding import Place
from tests.cli.test_vocabulary import COMMANDS
from tests.conftest import CommandLine

LONG = "programs and packages are this machine's, not those of the image " * 3


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_an_error_with_a_place_shows_the_line(awsml: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("kind: training\nname: [a, b\n")
    ran = awsml("plan", "bad.yaml")
    assert ran.code == 2
    place = re.search(r"--> bad.yaml:(\d+):\d+\n", ran.err)
    assert place, ran.err
    (tmp_path / "bad.yaml").write_text("kind: training\nname: @a\n")
    lines = awsml("plan", "bad.yaml").err.splitlines()
    assert "2 | name: @a" in lines
    assert lines[lines.index("2 | name: @a") + 1].strip(" |") == "^"


def test_an_error_about_a_file_that_is_gone_has_its_place_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    explain_error(UsageError("no", where=Place("/nowhere/a.yaml", 3, 1, 3, 2)), ["awsml"])
    assert capsys.readouterr().err == "error[usage]: no\n  --> /nowhere/a.yaml:3:1\n"


def test_a_message_fits_a_terminal_and_is_one_line_in_a_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for stream, lines in ((Terminal(), 4), (io.StringIO(), 1)):
        monkeypatch.setattr("sys.stderr", stream)
        monkeypatch.setenv("COLUMNS", "60")
        explain_error(UsageError(LONG.strip()), ["awsml"])
        shown = stream.getvalue().splitlines()
        assert len(shown) == lines
        assert " ".join(line.strip() for line in shown).endswith(LONG.strip())


def test_a_note_fits_a_terminal_and_is_one_line_in_a_log() -> None:
    for stream, lines in ((Terminal(), 3), (io.StringIO(), 1)):
        PlainView(stream, Style(colour=False, width=80)).show(Note(LONG, "differs"))
        shown = stream.getvalue().splitlines()
        assert len(shown) == lines
        assert shown[0].startswith("on AWS: programs")
        assert lines == 1 or max(map(len, shown)) <= 80


@pytest.mark.parametrize("words", [("plan",), ("advise",), ("catalog", "find", "--gpus", "8")])
def test_no_sentence_is_wider_than_a_narrow_terminal(
    words: tuple[str, ...], awsml: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A value that is to be copied stays whole, on a line that has nothing else to say."""
    awsml("init", "training", "demo")
    monkeypatch.setenv("COLUMNS", "80")
    ran = awsml(*words, cwd=tmp_path / "demo")
    wide = [line for line in ran.out.splitlines() if len(line) > 80]
    assert [line for line in wide if len(line.split()) > 3] == []


def test_help_fits_eighty_columns(awsml: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name in COMMANDS:
        lines = awsml(*name.split()[1:], "--help").out.splitlines()
        assert max(map(len, lines)) <= 80, name


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_is_left_out_where_it_is_not_wanted(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    explain_error(UsageError("no"), ["awsml"])
    assert "\x1b[" in stream.getvalue()
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    stream.seek(0)
    stream.truncate()
    explain_error(UsageError("no"), ["awsml"])
    assert "\x1b[" not in stream.getvalue()


def test_a_page_is_not_poured_over_a_terminal(
    awsml: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    awsml("init", "training", "demo")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    ran = awsml("plan", "-o", "html", cwd=tmp_path / "demo")
    assert (ran.code, ran.out) == (0, "")
    assert "wrote plan-demo.html" in ran.err
    assert (tmp_path / "demo" / "plan-demo.html").read_text().startswith("<!doctype html>")
