"""Text from scenarios, arguments and scripts: it commands no terminal and no browser."""

from __future__ import annotations

import io
import json
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from awsml.cli.commands.logs import _print
from awsml.events import LogLine
from awsml.render.cells import harmless
from tests.conftest import CommandLine

_EVIL = "\x1b[2J\x1b]0;title\x07\u202e"
_TAG = "<script>alert(1)</script><img src=x onerror=alert(2)>"
_LINES = [
    ["plan", "--instance", _EVIL],
    ["plan", "--region", _EVIL],
    ["plan", "--set", f"tags={{k: '{_EVIL}'}}", "-o", "markdown"],
    ["plan", _EVIL],
    ["status", _EVIL],
    ["catalog", "show", _EVIL],
    ["data", "ls", f"s3://{_EVIL}/"],
    ["validate", "odd.yaml"],
    ["validate", "odd.yaml", "-o", "github"],
    ["validate", "odd.yaml", "-o", "junit"],
    ["validate", "odd.yaml", "-o", "json"],
    [_EVIL],
]
_ODD = r"""kind: training
name: "a\e[2Jb"
"\e]0;title\a": 1
compute: {instance: "ml.\e[2J", count: "\e[2J"}
environment: {"A\e[2J": "\e[2J"}
"""


@pytest.mark.parametrize("words", _LINES)
def test_no_text_commands_the_terminal(
    awsml: CommandLine, tmp_path: Path, words: list[str]
) -> None:
    assert awsml("init", "training").code == 0
    (tmp_path / "odd.yaml").write_text(_ODD, encoding="utf-8")
    ran = awsml(*words)
    said = ran.out + ran.err
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(said), said
    assert "Traceback" not in said


def test_json_with_odd_characters_stays_json() -> None:
    kept = json.dumps({"a": "\x7f\x9b\u202e é"}, ensure_ascii=False)
    assert json.loads(harmless(kept)) == {"a": "\x7f\x9b\u202e é"}
    assert harmless("\x1b[31mred\x1b[0m\tand\n") == "\x1b[31mred\x1b[0m\tand\n"


def test_a_log_line_colours_a_terminal_and_does_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    line = LogLine("algo-1", f"\x1b[32mgood\x1b[0m{_EVIL}", 0.0)
    for stream, raw in ((Terminal(), False), (io.StringIO(), True)):
        monkeypatch.setattr(sys, "stdout", stream)
        _print([line], named=False)
        said = stream.getvalue()
        assert ("\x07" in said) is raw and ("\x1b]" in said) is raw


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, [name for name, _ in attrs]))


_SCENARIO = """\
kind: training
name: job
code: {dir: src, entry: train.py}
image: {framework: pytorch, version: "2.10"}
compute: {instance: ml.m5.large}
hyperparameters: {note: TAG}
environment: {A: TAG}
metrics: {"<b>acc": 'acc=([0-9.]+)'}
tags: {TAG: TAG}
output: s3://acme/out/
"""


def test_no_text_commands_the_browser(awsml: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    script = f"print('acc=0.5 {_TAG}'); import os; raise SystemExit('{_TAG}')"
    (tmp_path / "src" / "train.py").write_text(script, encoding="utf-8")
    text = _SCENARIO.replace("TAG", json.dumps(_TAG))
    (tmp_path / "job.yaml").write_text(text, encoding="utf-8")
    pages = [awsml("plan", "-o", "html").out]
    assert awsml("train", "-y").code == 1
    pages.append(awsml("report", "last", "-o", "html").out)
    for page in pages:
        assert page.lower().startswith("<!doctype html>")
        tags = _Tags()
        tags.feed(page)
        names = {tag for tag, _ in tags.seen}
        assert not names & {"script", "img", "iframe", "b", "object", "embed"}
        assert not [a for _, found in tags.seen for a in found if a.startswith("on")]
        assert "alert(1)" in page
