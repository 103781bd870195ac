"""kill -9 at the steps of commands on AWS; then going on, against the fake server's journal."""

from __future__ import annotations

from collections.abc import Iterator

from awsml.store.run import Status
from awsml.store.runs import RunStore
from tests.campaign import aws_world
from tests.campaign.aws_world import Sent
from tests.campaign.driver import Bench, Ended, Place, Strike, Victim
from tests.campaign.figures import Figure, figure
from tests.campaign.kills_here import strikes
from tests.campaign.leftovers import left_behind
from tests.fake_aws.world import World

_TRIES = {aws_world.TRAIN: 25, aws_world.HPO: 25, aws_world.BATCH: 25, aws_world.STEPS: 35}
_LATEST_LISTING_SECONDS = 1000.0  # after which awsml may send a job again that AWS never listed
_CHECKED = (
    "`--resume`, or the command again where nothing had been sent, ends well; the journal has each "
    "job accepted exactly once; no process or temporary file is left"
)


def figures(bench: Bench, share: float = 1.0) -> Iterator[Figure]:
    for sent, tries in _TRIES.items():
        dry = bench.one(lambda mine, sent=sent: _dry(bench, mine, sent))
        chosen = strikes(dry, max(3, round(tries * share)))
        results = bench.each(
            lambda mine, strike, sent=sent: tried(bench, mine, sent, strike), chosen
        )
        yield figure(
            f"`awsml {sent.work.name} --on aws` killed, at {sum(dry.values())} possible steps",
            _CHECKED,
            [complaints for complaints in results if complaints is not None],
        )


def _dry(bench: Bench, mine: Victim, sent: Sent) -> dict[str, int]:
    with aws_world.account(bench) as (_, place):
        sent.work.put(place)
        ended = mine.run(place, *sent.work.words, skips=True)
    if ended.code != 0:
        raise RuntimeError(f"awsml {sent.work.name} does not work at all: {ended.err}")
    return {role: count for role, count in ended.steps.items() if count}


def tried(bench: Bench, mine: Victim, sent: Sent, strike: Strike) -> list[str] | None:
    """What is wrong after a kill; None where the step never came."""
    with aws_world.account(bench) as (world, place):
        sent.work.put(place)
        killed = mine.run(place, *sent.work.words, strike=strike, skips=True)
        if not killed.struck:
            return None
        found = [*gone_on(mine, place, sent), *accepted_wrongly(world, sent)]
        found += left_behind(place)
    return [f"step {strike.at}", *found] if found else []


def gone_on(mine: Victim, place: Place, sent: Sent) -> list[str]:
    """Resumed as often as awsml itself says that it may help; then complete."""
    assert sent.work.resume is not None
    for words, ahead in (
        (sent.work.resume, 0.0),
        (sent.work.resume, _LATEST_LISTING_SECONDS),
        (sent.work.words, _LATEST_LISTING_SECONDS),
    ):
        if _status(place) is Status.COMPLETED:
            return []
        ended = mine.run(place, *words, skips=True, ahead=ahead)
        if ended.traced:
            return [f"`awsml {' '.join(words)}`: {ended.last_words}"]
        if ended.code != 0 and not _may_go_on(ended):
            return [f"`awsml {' '.join(words)}` ended with {ended.code}: {ended.last_words}"]
    status = _status(place)
    return [] if status is Status.COMPLETED else [f"the run is {status}: {ended.last_words}"]


def _may_go_on(ended: Ended) -> bool:
    """An outcome that cannot be known yet, or a run of which nothing was ever sent."""
    slugs = ("aws-outcome-unknown", "nothing-to-resume", "no-such-run")
    return any(f"error[{slug}]" in ended.err for slug in slugs)


def accepted_wrongly(world: World, sent: Sent) -> list[str]:
    """Counted over everything that the account ever accepted."""
    accepted = world.journal.accepted(sent.operation)
    found = []
    if len(accepted) != sent.times:
        found.append(f"{sent.operation} was accepted {len(accepted)} times, not {sent.times}")
    names = [_name(entry["params"]) for entry in accepted]
    if len(set(names)) != len(names):
        found.append("one name was accepted twice")
    return found


def _name(params: dict[str, object]) -> str:
    keys = ("TrainingJobName", "HyperParameterTuningJobName", "jobName")
    return str(next(params[key] for key in keys if key in params))


def _status(place: Place) -> Status | None:
    state = place.project / ".awsml"
    if not (state / "runs.db").exists():
        return None
    with RunStore(state) as store:
        runs = store.find()
        return runs[0].status if runs else None
