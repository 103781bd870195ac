"""kill -9 at the steps of a run on this machine; then the next command, and going on."""

from __future__ import annotations

import json
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from awsml.store.run import Run, Status
from awsml.store.runs import RunStore
from tests.campaign.driver import Bench, Place, Strike, Victim
from tests.campaign.figures import Figure, figure
from tests.campaign.leftovers import gone, left_behind
from tests.campaign.projects import BATCH, ENDPOINT, HPO, TRAIN, Work, effects

_TRIES = {TRAIN: 35, HPO: 40, BATCH: 30, ENDPOINT: 20}
_CHECKED = {
    TRAIN: "the next command tells the truth; `--resume` completes the run; its script never ran "
    "twice at once; no process, mount, FIFO, link or temporary file is left",
    HPO: "the same; every trial is completed exactly once, and a trial that was over before the "
    "kill is neither lost nor repeated",
    BATCH: "the same; a job that had succeeded before the kill is not run again",
    ENDPOINT: "a second deploy serves, delete takes it away, its port is closed, nothing is left",
}


def strikes(steps: dict[str, int], tries: int) -> list[Strike]:
    """So many steps, evenly over both processes; every other supervisor dies with its viewer."""
    chosen = []
    total = sum(steps.values())
    for role, count in steps.items():
        share = min(count, max(1, round(tries * count / total)))
        places = sorted({round((n + 0.5) * count / share + 0.5) for n in range(share)})
        for number, at in enumerate(places):
            both = role == "supervisor" and number % 2
            chosen.append(Strike(role, min(at, count), "both" if both else "kill"))
    return chosen


def figures(bench: Bench, share: float = 1.0) -> Iterator[Figure]:
    for work, tries in _TRIES.items():
        dry = bench.one(lambda mine, work=work: dry_steps(bench, mine, work))
        chosen = strikes(dry, max(3, round(tries * share)))
        results = bench.each(
            lambda mine, strike, work=work: tried(bench, mine, work, strike), chosen
        )
        yield figure(
            f"`awsml {work.name}` killed here, at {sum(dry.values())} possible steps",
            _CHECKED[work],
            [complaints for complaints in results if complaints is not None],
        )


def dry_steps(bench: Bench, mine: Victim, work: Work) -> dict[str, int]:
    """How many steps each process takes when nothing happens."""
    place = bench.place()
    work.put(place)
    ended = mine.run(place, *work.words)
    if ended.code != 0:
        raise RuntimeError(f"awsml {work.name} does not work at all: {ended.err}")
    if work is ENDPOINT:
        mine.run(place, "endpoint", "delete", "demo")
    return dict(ended.steps)


def tried(bench: Bench, mine: Victim, work: Work, strike: Strike) -> list[str] | None:
    """What is wrong after a kill; None where the step never came."""
    place = bench.place()
    work.put(place)
    killed = mine.run(place, *work.words, strike=strike)
    if not killed.struck:
        mine.run(place, "endpoint", "delete", "demo")
        return None
    found = [f"a traceback: {killed.last_words}"] if killed.traced else []
    if work is ENDPOINT:
        # Whoever is killed may live for a moment; a viewer alone may have let it go.
        gone(place.folder, 20.0 if strike.role == "supervisor" else 1.0)
        found += _endpoint_again(mine, place)
    else:
        found += _again(mine, place, work)
    found += left_behind(place)
    return [f"{strike.role} step {strike.at} {strike.how}", *found] if found else []


def _again(mine: Victim, place: Place, work: Work) -> list[str]:
    """Truth first, then on to the end."""
    left = gone(place.folder)
    before, over = _newest(place), _over(place)
    found = [f"{each} after the kill" for each in left]
    if before is not None:
        found += _untrue(mine, place, before)
    if before is None or before.status is not Status.COMPLETED:
        assert work.resume is not None
        words = work.words if before is None else work.resume
        ended = mine.run(place, *words)
        if ended.code != 0 or ended.traced:
            found.append(f"`awsml {' '.join(words)}` ended with {ended.code}: {ended.last_words}")
    after = _newest(place)
    if after is None or after.status is not Status.COMPLETED:
        found.append(f"the run is {after.status if after else 'not there'}")
    return [*found, *_repeated(place, work, over), *_store_open(place)]


def _untrue(mine: Victim, place: Place, run: Run) -> list[str]:
    """What the next command says about a run that nobody looks after."""
    shown = mine.run(place, "status", "last", "-o", "json")
    if shown.code != 0 or shown.traced:
        return [f"`awsml status` ended with {shown.code}: {shown.last_words}"]
    status = json.loads(shown.out)["run"]["status"]
    true = {"Interrupted", "Completed"}
    return [] if status in true and run.over else [f"`awsml status` says {status}"]


@dataclass(frozen=True)
class _Done:
    """A piece of work that was over before the kill, as the store had it."""

    name: str
    ended: float | None


def _over(place: Place) -> set[_Done]:
    run = _newest(place)
    if run is None:
        return set()
    with RunStore(place.project / ".awsml") as store:
        children = store.children(run.id)
        return {_Done(c.id, c.ended) for c in children if c.status is Status.COMPLETED}


def _repeated(place: Place, work: Work, before: set[_Done]) -> list[str]:
    told = effects(place)
    found = [line for line in told if line.startswith("overlap")]
    lost = before - _over(place)
    found += [f"the completed trial {done.name} was lost or repeated" for done in lost]
    ends = Counter(line for line in told if line.startswith("end"))
    wanted = {"hpo": 4, "batch submit": 3}.get(work.name, 1)
    if len(ends) != wanted:
        found.append(f"{len(ends)} of {wanted} pieces of work ended")
    return found


def _store_open(place: Place) -> list[str]:
    """Requests and logs are nobody else's business, whenever the folder was made."""
    state = place.project / ".awsml"
    private = state.stat().st_mode & 0o077 == 0 and (state / ".gitignore").exists()
    return [] if private else ["the run store is open to others or to git"]


def _endpoint_again(mine: Victim, place: Place) -> list[str]:
    """Where the killed one serves all the same, it is deleted first."""
    found = []
    run = _newest(place)
    if run is None or run.over:
        found += [f"{each} after the kill" for each in gone(place.folder)]
    else:
        found += _deleted(mine, place)
    deployed = mine.run(place, "endpoint", "deploy")
    if deployed.code != 0:
        found.append(f"the second deploy ended with {deployed.code}: {deployed.last_words}")
    return [*found, *_deleted(mine, place), *_store_open(place)]


def _deleted(mine: Victim, place: Place) -> list[str]:
    run = _newest(place)
    url = str(run.figures.get("url", "")) if run else ""
    ended = mine.run(place, "endpoint", "delete", "demo")
    found = [] if ended.code == 0 else [f"delete ended with {ended.code}: {ended.last_words}"]
    return [*found, *(["its port is open"] if url and _listens(url) else [])]


def _listens(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(url).port or 0)) == 0


def _newest(place: Place) -> Run | None:
    state = place.project / ".awsml"
    if not (state / "runs.db").exists():
        return None
    with RunStore(state) as store:
        runs = store.find()
        return runs[0] if runs else None
