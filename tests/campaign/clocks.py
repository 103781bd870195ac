"""The wall clock jumps at a step of a run, as when a machine is set right: the run goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.campaign.driver import Bench, Strike, Victim
from tests.campaign.figures import Figure, figure
from tests.campaign.kills_here import dry_steps, strikes
from tests.campaign.leftovers import left_behind
from tests.campaign.projects import BATCH, HPO, TRAIN, Work

_TRIES = 6  # of a jump, a command
_JUMPS = {"30 hours ahead": 108_000.0, "30 hours back": -108_000.0}


def figures(bench: Bench, share: float = 1.0) -> Iterator[Figure]:
    for told, seconds in _JUMPS.items():
        results = []
        for work in (TRAIN, HPO, BATCH):
            steps = bench.one(lambda mine, work=work: dry_steps(bench, mine, work))
            chosen = [
                Strike("supervisor", one.at, "jump", seconds)
                for one in strikes({"supervisor": steps["supervisor"]}, round(_TRIES * share) or 1)
            ]
            results += bench.each(
                lambda mine, strike, work=work: tried(bench, mine, work, strike), chosen
            )
        yield figure(
            f"The wall clock jumps {told} at a step of train, hpo and batch submit, here",
            "the run ends well, as no limit of time counts the jump; no duration is negative; "
            "nothing is left",
            results,
        )


def tried(bench: Bench, mine: Victim, work: Work, strike: Strike) -> list[str]:
    place = bench.place()
    work.put(place)
    ended = mine.run(place, *work.words, strike=strike)
    found = []
    if ended.code != 0 or ended.traced:
        found.append(f"ended with {ended.code}: {ended.last_words}")
    shown = mine.run(place, "status", "last", "-o", "json")
    if shown.code != 0:
        found.append(f"status: {shown.last_words}")
    else:
        found += [f"{path} is {value}" for path, value in _negative(json.loads(shown.out))]
    found += left_behind(place)
    return [f"{work.name}, step {strike.at}", *found] if found else []


def _negative(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Durations below zero, wherever they stand."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _negative(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _negative(inner, f"{path}[{index}]")
    elif isinstance(value, int | float) and value < 0 and "second" in path:
        yield path, value
