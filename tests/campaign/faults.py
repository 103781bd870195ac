"""Every call of every command on AWS refused, broken, cut off or kept waiting, and for good."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.campaign import aws_world, deploys_aws
from tests.campaign.aws_world import Sent
from tests.campaign.deploys_aws import Deployment
from tests.campaign.driver import Bench, Place, Victim
from tests.campaign.figures import Figure, figure
from tests.campaign.kills_aws import accepted_wrongly, gone_on
from tests.fake_aws.world import Refusal, World

_EVERY = 7  # of the faults at each operation, in turn
_FOR_GOOD = 50
_THROTTLED = Refusal("ThrottlingException", "Rate exceeded")
_BROKEN = Refusal("InternalFailure", "we broke", 500)
_DENIED = Refusal("AccessDeniedException", "User is not authorized to perform this", 403)
FAULTS: Mapping[str, Mapping[str, Any]] = {
    "throttled once": {"how": _THROTTLED},
    "throttled for good": {"how": _THROTTLED, "times": _FOR_GOOD},
    "500 once": {"how": _BROKEN},
    "500 after it took effect": {"how": _BROKEN, "when": "after"},
    "500 for good": {"how": _BROKEN, "times": _FOR_GOOD},
    "cut off once": {"how": "drop"},
    "cut off after it took effect": {"how": "drop", "when": "after"},
    "cut off for good": {"how": "drop", "times": _FOR_GOOD},
    "denied": {"how": _DENIED, "times": _FOR_GOOD},
    "no answer in time": {"how": "hang", "seconds": 1.5},
}
_CHECKED = (
    "no traceback, and a failure says why; once AWS is well again, `--resume` or the command again "
    "ends well, with each job accepted exactly once"
)


@dataclass(frozen=True)
class _Case:
    operation: str
    fault: str


def figures(bench: Bench, share: float = 1.0) -> Iterator[Figure]:
    sents = (aws_world.TRAIN, aws_world.HPO, aws_world.BATCH, aws_world.STEPS)
    for each in (*sents, deploys_aws.ENDPOINT, deploys_aws.STACK):
        operations = bench.one(lambda mine, each=each: _operations(bench, mine, each))
        cases = [_Case(operation, fault) for operation in operations for fault in FAULTS]
        chosen = cases[:: round(_EVERY / share)]
        results = bench.each(lambda mine, case, each=each: _try(bench, mine, each, case), chosen)
        yield figure(
            f"`awsml {each.work.name} --on aws`: {len(chosen)} pairs of {len(FAULTS)} faults and "
            f"{len(operations)} API operations",
            _CHECKED,
            results,
        )


def _operations(bench: Bench, mine: Victim, each: Sent | Deployment) -> list[str]:
    """What the command asks of AWS, each once."""
    with aws_world.account(bench) as (world, place):
        each.work.put(place)
        mine.run(place, *each.work.words, skips=True)
        return list(dict.fromkeys(entry["operation"] for entry in world.journal.entries))


def _try(bench: Bench, mine: Victim, each: Sent | Deployment, case: _Case) -> list[str]:
    with aws_world.account(bench) as (world, place):
        each.work.put(place)
        world.fail(case.operation, **FAULTS[case.fault])
        ended = mine.run(place, *each.work.words, skips=True)
        found = []
        if ended.traced or ended.late:
            found.append(f"{'a traceback' if ended.traced else 'no end'}: {ended.last_words}")
        elif ended.code != 0 and "error[" not in ended.err:
            found.append(f"ended with {ended.code} and no reason: {ended.last_words}")
        world.mend()
        if isinstance(each, Sent):
            if ended.code != 0:
                found += gone_on(mine, place, each)
            found += accepted_wrongly(world, each)
        else:
            found += _deployed(mine, place, each, world, ended.code)
    return [f"{case.operation} {case.fault}", *found] if found else []


def _deployed(
    mine: Victim, place: Place, each: Deployment, world: World, code: int | None
) -> list[str]:
    if code != 0:
        again = mine.run(place, *each.work.words, skips=True)
        if again.code != 0:
            return [f"the command again ended with {again.code}: {again.last_words}"]
    return each.wrong(world)
