"""Two commands of awsml at once in one project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from awsml.store.run import Status
from awsml.store.runs import RunStore
from tests.campaign.driver import Bench, Ended, Place, Victim, victim
from tests.campaign.figures import Figure, figure
from tests.campaign.leftovers import left_behind
from tests.campaign.projects import BATCH, HPO, TRAIN, Work, effects

_TRIES = 2
_STATUS = ("status", "last")
_RUNS = ("runs", "-o", "json")
_PAIRS = (
    (TRAIN, TRAIN.words),
    (HPO, HPO.words),
    (BATCH, BATCH.words),
    (BATCH, _STATUS),
    (HPO, _RUNS),
    (TRAIN, ("logs", "last")),
)


def figures(bench: Bench, share: float = 1.0) -> Iterator[Figure]:
    tries = max(1, round(_TRIES * share))
    with victim() as second, victim() as first:

        def attempt(pair: tuple[Work, tuple[str, ...]]) -> list[str]:
            return _both(bench, first, second, *pair)

        results = [attempt(pair) for pair in _PAIRS for _ in range(tries)]
        results += [_same_run(bench, first, second) for _ in range(tries)]
    yield figure(
        "Two at once in one project: train, hpo and batch submit twice; beside status, runs and "
        "logs; two that resume the same run",
        "no traceback; each run is whole and complete under an id of its own; of two that resume "
        "one run, one is refused and no work is done twice; nothing is left",
        results,
    )


def _both(
    bench: Bench, first: Victim, second: Victim, work: Work, other: tuple[str, ...]
) -> list[str]:
    place = bench.place()
    work.put(place)
    ended = _at_once(place, (first, work.words), (second, other))
    found = [f"a traceback: {one.last_words}" for one in ended if one.traced or one.late]
    if ended[0].code != 0:
        found.append(f"{work.name} ended with {ended[0].code}: {ended[0].last_words}")
    twice = other == work.words
    if twice and ended[1].code != 0:
        found.append(f"the second {work.name} ended with {ended[1].code}: {ended[1].last_words}")
    found += [*_incomplete(place, 2 if twice else 1), *left_behind(place)]
    return [f"{work.name} beside {' '.join(other)}", *found] if found else []


def _same_run(bench: Bench, first: Victim, second: Victim) -> list[str]:
    """A search that was interrupted, resumed by two."""
    place = bench.place()
    HPO.put(place)
    first.run(place, *HPO.words)
    with RunStore(place.project / ".awsml") as store:
        run = store.find()[0]
        left = store.children(run.id)[-1]
        store.settle(run.id, Status.INTERRUPTED)
        store.settle(left.id, Status.INTERRUPTED)
    assert HPO.resume is not None
    ended = _at_once(place, (first, HPO.resume), (second, HPO.resume))
    found = [f"a traceback: {one.last_words}" for one in ended if one.traced or one.late]
    starts = Counter(line for line in effects(place) if line.startswith(("start", "overlap")))
    again = sorted(line for line, count in starts.items() if count > 1)
    if again != [f"start {left.label.rpartition('-')[2]}" if left.label else ""]:
        found.append(f"begun more than once: {again}")
    found += [*_incomplete(place, 1), *left_behind(place)]
    return ["two that resume one search", *found] if found else []


def _at_once(place: Place, *calls: tuple[Victim, tuple[str, ...]]) -> list[Ended]:
    with ThreadPoolExecutor(len(calls)) as pool:
        begun = [pool.submit(mine.run, place, *words) for mine, words in calls]
        return [one.result() for one in begun]


def _incomplete(place: Place, runs: int) -> list[str]:
    with RunStore(place.project / ".awsml") as store:
        found = store.find()
        bad = [f"run {run.id} is {run.status}" for run in found if run.status != Status.COMPLETED]
    return bad if len(found) == runs else [f"{len(found)} runs instead of {runs}", *bad]
