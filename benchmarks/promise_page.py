"""docs/promises.md: a section for each benchmark, of which a run replaces those it measured."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from promise import Promise, number

_VERDICTS = ("kept", "NOT KEPT", "not measured")
_HEAD = """\
# Promises, measured

<!-- Written by benchmarks/promises.py; do not edit. -->

{counted}. Each section says when it was measured, on what, and how busy the machine was.

CPU is user plus system seconds of whole processes; wall-clock figures suffer from what else runs on
the machine, and figures against an alternative least, as both met the same. An alternative was
measured in the same run and unit, unless it says where it comes from.
"""


@dataclass(frozen=True)
class Part:
    """What one benchmark came to; `broke` holds its last words where it ended early."""

    name: str
    title: str
    promises: tuple[Promise, ...]
    load: float  # of the machine, when it began
    quick: bool = False
    broke: str = ""

    @property
    def kept(self) -> bool:
        return not self.broke and all(each.kept is not False for each in self.promises)


def page(old: str, parts: Sequence[Part], titles: Sequence[str]) -> str:
    """The page with these parts in place of what it said of them; sections in order of titles."""
    sections = _sections(old) | {part.title: "\n".join(_section(part)) for part in parts}
    kept = [sections[title] for title in titles if title in sections]
    return "\n".join([_HEAD.format(counted=_counted("\n".join(kept))), *kept])


def write(path: Path, parts: Sequence[Part], titles: Sequence[str]) -> None:
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(page(old, parts, titles), encoding="utf-8")


def _sections(text: str) -> Mapping[str, str]:
    found = re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]
    return {each.partition("\n")[0].removeprefix("## "): each.rstrip("\n") + "\n" for each in found}


def _counted(text: str) -> str:
    counts = {word: text.count(f"| {word} |") for word in _VERDICTS}
    return ", ".join(f"{count} {word.lower()}" for word, count in counts.items() if count)


def _section(part: Part) -> Iterator[str]:
    how = f"python benchmarks/promises.py {part.name}{' --quick' if part.quick else ''}"
    yield f"## {part.title}"
    yield ""
    yield f"`{how}` on {date.today()}, load {part.load:.1f} before, on {_machine()}."
    yield ""
    yield "| promise | target | measured | | alternative |"
    yield "| --- | --- | ---: | --- | --- |"
    for each in part.promises:
        note = f" ({each.note})" if each.note else ""
        figure = number(each.figure, each.unit)
        cells = (each.what + note, each.target, figure, each.verdict, each.alternative)
        yield f"| {' | '.join(cells)} |"
    yield ""
    if part.broke:
        yield f"It broke before its end: {part.broke}"
        yield ""


def _machine() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(file.readline().split()[1]) / 1e6
    processor = f" ({found[1]})" if found else ""
    cores = f"{os.cpu_count()} CPUs{processor}, {memory:.0f} GB of memory"
    return f"{cores}, {platform.system()} {platform.release()}, Python {platform.python_version()}"
