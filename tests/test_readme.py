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
WRITTEN = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
DOCUMENTS = sorted(str(path.relative_to(ROOT)) for path in WRITTEN)


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
    environ["XDG_DATA_HOME"] = os.devnull  # the facts that ship, whatever was refreshed here
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


def code_blocks(page: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"^```\w+\n.*?^```", text, re.MULTILINE | re.DOTALL)


def test_the_korean_page_has_the_same_commands_and_pictures() -> None:
    """What is shown is run once, on the English page."""
    assert code_blocks("README.ko.md") == code_blocks("README.md")
    pictures, korean = (
        re.findall(r"\]\((docs/pictures/[^)]*)\)", (ROOT / page).read_text(encoding="utf-8"))
        for page in ("README.md", "README.ko.md")
    )
    assert pictures == korean


@pytest.mark.parametrize("page", DOCUMENTS)
def test_links_of_a_page_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([\w./#-]+)\)", text)]
    local = [link for link in links if link and "://" not in link]
    assert [link for link in local if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_the_two_commands_are_on_the_page() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "pip install . && awsml init training first && (cd first && awsml train)" in text
    assert "pip install -e '.[test]' && python -m pytest" in text


def test_the_index_lists_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert sorted(page for page in pages if f"({page})" not in index) == []
