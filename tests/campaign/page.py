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
tests, which writes every request into a journal before it answers. Each process has a wall clock
that can jump, and waiting for AWS takes it no time. The everyday tests run a few of the kills and
a jump of the clock.

A try fails also where something is left behind: a living process with the try's folder among its
words, variables, open files or mounts (so no port can stay open either), a mount, a FIFO, a file
in TMPDIR, the link /opt/ml. The four bytes with which Python's `tempfile` tries out TMPDIR are not
counted: a process that dies between their writing and their removal leaves them.

What earlier campaigns found was mended, and has a test of its own among the everyday ones:

- killed between two steps: a run whose stored requests still had open references, a run store
  that others could read, a queue that `status` could not read, temporary folders that stayed, the
  link /opt/ml of a run that is gone;
- a deployment of an endpoint that was killed or refused left its model and its configuration, and
  a second deployment ended with an error;
- Ctrl-C while an endpoint was being started left it for half a minute; Ctrl-C while awsml was
  still loading printed a traceback;
- a clock that was set in the middle of a run ended it by a limit that it had not reached, or
  recorded durations below zero;
- on a read-only disk runs could not be listed, and a full stdout was complained of twice;
- `--resume` of a job that AWS had refused answered with an error about something else.
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
