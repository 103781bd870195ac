"""Standard streams that are closed, end early, or are full."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from tests.campaign.driver import Bench, Place, Victim
from tests.campaign.figures import Figure, figure
from tests.campaign.leftovers import left_behind
from tests.campaign.projects import TRAIN

_ENTRY = "import sys; from awsml.__main__ import main; sys.argv[0] = 'awsml'; main()"
_COMMANDS = (
    ("--help",),
    ("plan",),
    ("plan", "-o", "json"),
    ("validate", "."),
    ("advise",),
    ("runs",),
    ("status", "last"),
    ("logs", "last"),
    ("catalog", "find"),
    ("explain", "role-missing"),
    ("schema", "training"),
    ("train",),
)
_SHELL = {
    "stdout into a reader that leaves": "{} | head -c 1",
    "stdout closed": "{} >&-",
    "stderr closed": "{} 2>&-",
    "stdin closed": "{} <&-",
    "all closed": "{} <&- >&- 2>&-",
    "stdout full": "{} > /dev/full",
}


def figures(bench: Bench, share: float = 1.0) -> Iterator[Figure]:
    place = bench.place()
    TRAIN.put(place)
    bench.one(lambda mine: mine.run(place, *TRAIN.words))
    cases = [(how, words) for words in _COMMANDS for how in _SHELL]

    def attempt(_: Victim, case: tuple[str, tuple[str, ...]]) -> list[str]:
        return _try(place, *case)

    results = bench.each(attempt, cases[:: max(1, round(1 / share))])
    results.append(left_behind(place))
    yield figure(
        f"Standard streams: {', '.join(_SHELL)}; {len(_COMMANDS)} commands",
        "no traceback, and an end; a full stdout is an error that says so; nothing is left",
        results,
    )


def _try(place: Place, how: str, words: tuple[str, ...]) -> list[str]:
    line = " ".join([f"'{sys.executable}'", "-c", f'"{_ENTRY}"', *words])
    ran = subprocess.run(
        ["bash", "-o", "pipefail", "-c", _SHELL[how].format(line)],
        cwd=place.project,
        env=place.environ(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    found = []
    if "Traceback" in ran.stderr or "Exception ignored" in ran.stderr:
        found.append(f"a traceback: {ran.stderr.strip().splitlines()[-1]}")
    if how == "stdout full" and "train" not in words and "error[" not in ran.stderr:
        found.append(f"a full disk was not told of; it ended with {ran.returncode}")
    return [f"{' '.join(words)}, {how}", *found] if found else []
