"""docs/robustness.md: the figures of a campaign as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.campaign.figures import Figure

_INTRO = """# Robustness

awsml is killed at the steps of its work, refused and cut off by AWS, starved of disk and time,
interrupted and fed with nonsense, by one command:

    python tools/robustness.py

This page is what it wrote: {tries:,} tries, {failures}. A *step* is something that a
process is about to do to the world around it: write, move or remove a file, change a row of a
database, start or signal a process, make or use a connection. Python's own audit events tell of
them, so a step is struck whether or not anybody thought of it. AWS is the fake server of the
tests, which writes every request into a journal before it answers. What each campaign found was
mended at its root and has a test of its own among the everyday ones; those also run a small
sample of every part below.

A try fails also where something is left behind: a living process with the try's folder among its
words, variables, open files or mounts (so no port can stay open either), a mount, a FIFO, a file
in TMPDIR, the link /opt/ml. The four bytes with which Python's `tempfile` tries out TMPDIR are not
counted: a process that dies between their writing and their removal leaves them.
"""
_TABLE = """
## {title}

{date}

| tried | tries | failures | checked |
| --- | ---: | ---: | --- |
"""


@dataclass(frozen=True)
class Part:
    """What one part came to, and when."""

    title: str
    date: str
    figures: Sequence[Figure]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Part:
        figures = [Figure(**{**one, "failures": tuple(one["failures"])}) for one in kept["figures"]]
        return cls(kept["title"], kept["date"], figures)


def page(parts: Sequence[Part]) -> str:
    """One table a part; what failed below it."""
    figures = [one for part in parts for one in part.figures]
    failed = sum(len(one.failures) for one in figures)
    told = f"{failed} failure{'s' * (failed != 1)}"
    text = _INTRO.format(tries=sum(one.tries for one in figures), failures=told)
    for part in parts:
        some = part.figures
        text += _TABLE.format(title=part.title, date=part.date)
        text += "".join(
            f"| {one.what} | {one.tries:,} | {len(one.failures)} | {one.checked} |\n"
            for one in some
        )
        lines = [f"- {one.what}: {failure}\n" for one in some for failure in one.failures]
        text += "\nFailed:\n\n" + "".join(lines) if lines else ""
    return text
