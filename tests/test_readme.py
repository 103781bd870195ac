"""Every console block of the README and the guides is run, and prints what the block shows.

Blocks of a page share one folder and run in order. `…` stands for anything: within a line, or for
any number of lines where it stands alone. `[exit N]` closes a command that is meant to fail.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "AGENTS.md")


@dataclass
class Command:
    """One command of a block and the output that the page shows."""

    words: str
    line: int
    shown: list[str] = field(default_factory=list)
    code: int = 0


def commands(page: Path) -> list[Command]:
    found: list[Command] = []
    inside = False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            found.append(Command(line[2:], number))
        elif inside and (match := re.fullmatch(r"\[exit (\d+)\]", line)):
            found[-1].code = int(match[1])
        elif inside:
            found[-1].shown.append(line)
    return found


def pattern(shown: list[str]) -> str:
    parts = []
    for line in shown:
        if line == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            texts = (re.escape(text) for text in line.rstrip().split("…"))
            parts.append(".*".join(texts) + r"[ ]*\n")
    return "".join(parts)


@pytest.mark.parametrize("page", [page for page in PAGES if (ROOT / page).exists()])
def test_the_page_shows_what_happens(page: str, tmp_path: Path) -> None:
    folder = tmp_path
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("AWS", "SAGEMAKER"))}
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"
    for command in commands(ROOT / page):
        if command.words.startswith("cd "):
            folder = folder / shlex.split(command.words)[1]
            continue
        ran = subprocess.run(
            ["bash", "-c", command.words],
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        where = f"{page}:{command.line}: {command.words}\n{ran.stdout}"
        assert ran.returncode == command.code, where
        assert re.fullmatch(pattern(command.shown), ran.stdout), where


def test_the_two_commands_are_on_the_page() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "pip install . && awsml init training demo && cd demo && awsml train" in text
    assert "pip install -e '.[test]' && python -m pytest" in text
