"""Ctrl-C and SIGTERM: at every stage of a run, and in the first moments of a fresh process."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator

from tests.campaign.driver import Bench, Place, Strike, Victim
from tests.campaign.figures import Figure, figure
from tests.campaign.kills_here import dry_steps, strikes
from tests.campaign.leftovers import left_behind
from tests.campaign.projects import BATCH, ENDPOINT, HPO, TRAIN, Work

_TRIES = 6  # of a signal, a command
_FRESH = 30
_STEP_SECONDS = 0.01
_ENTRY = "import sys; from awsml.__main__ import main; sys.argv[0] = 'awsml'; sys.exit(main())"
_SIGNALS = {"int": signal.SIGINT, "term": signal.SIGTERM}


def figures(bench: Bench, share: float = 1.0) -> Iterator[Figure]:
    for how in _SIGNALS:
        results = []
        for work in (TRAIN, HPO, BATCH, ENDPOINT):
            results += _at_stages(bench, work, how, max(2, round(_TRIES * share)))
        yield figure(
            f"SIG{how.upper()} at the stages of train, hpo, batch submit and endpoint deploy, here",
            "no traceback; an exit code that is no success, unless the work was done; nothing is "
            "left running or lying about",
            results,
        )
    yield _fresh(bench, max(4, round(_FRESH * share)))


def _at_stages(bench: Bench, work: Work, how: str, tries: int) -> list[list[str]]:
    def attempt(mine: Victim, strike: Strike) -> list[str]:
        place = bench.place()
        work.put(place)
        ended = mine.run(place, *work.words, strike=strike)
        found = []
        if ended.traced or ended.late:
            found.append(f"{'a traceback' if ended.traced else 'no end'}: {ended.last_words}")
        if work is ENDPOINT and ended.code == 0:
            mine.run(place, "endpoint", "delete", "demo")
        found += left_behind(place)
        words = f"{work.name}, {strike.role} step {strike.at}"
        return [words, *found] if found else []

    steps = bench.one(lambda mine: dry_steps(bench, mine, work))
    chosen = [Strike(one.role, one.at, how) for one in strikes(steps, tries)]
    return bench.each(attempt, chosen)


def _fresh(bench: Bench, tries: int) -> Figure:
    """Of a process that has just been started; Python's own beginning is told apart."""
    place = bench.place()
    TRAIN.put(place)
    ended = [_signalled(place, number * _STEP_SECONDS) for number in range(tries)]
    early = sum(one is None for one in ended)
    return figure(
        f"SIGINT in the first {tries * _STEP_SECONDS:.1f} s of `awsml plan`",
        f"no traceback; {early} of the {tries} signals came while Python itself was starting, "
        "before the first line of awsml, and are not counted",
        [one for one in ended if one is not None],
    )


def _signalled(place: Place, delay: float) -> list[str] | None:
    process = subprocess.Popen(
        [sys.executable, "-c", _ENTRY, "plan"],
        cwd=place.project,
        env=place.environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    traced = "Traceback" in said or "Exception ignored" in said
    if traced and "/awsml/" not in said:
        return None
    return [f"after {delay:.2f} s: {said.strip().splitlines()[-1]}"] if traced else []
