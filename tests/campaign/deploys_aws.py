"""kill -9 at the steps of a deployment on AWS; the same command again brings it about, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tests.campaign import aws_world
from tests.campaign.driver import Bench, Place, Strike, Victim
from tests.campaign.figures import Figure, figure
from tests.campaign.kills_here import strikes
from tests.campaign.leftovers import left_behind
from tests.campaign.projects import Work
from tests.fake_aws import cloudformation
from tests.fake_aws.world import World

_REGION = "us-east-1"


@dataclass(frozen=True, eq=False)
class Deployment:
    """A command, what the account must hold after it, and that in words."""

    work: Work
    tries: int
    wrong: Callable[[World], list[str]]
    checked: str


def figures(bench: Bench, share: float = 1.0) -> Iterator[Figure]:
    for each in (ENDPOINT, STACK):
        dry = bench.one(lambda mine, each=each: _dry(bench, mine, each))
        chosen = strikes(dry, max(3, round(each.tries * share)))
        results = bench.each(
            lambda mine, strike, each=each: tried(bench, mine, each, strike), chosen
        )
        yield figure(
            f"`awsml {each.work.name} --on aws` killed, at {sum(dry.values())} possible steps",
            each.checked,
            [complaints for complaints in results if complaints is not None],
        )


def _dry(bench: Bench, mine: Victim, each: Deployment) -> Mapping[str, int]:
    with aws_world.account(bench) as (world, place):
        found = _deployed(mine, place, each, world)
        if found:
            raise RuntimeError(f"awsml {each.work.name} does not work at all: {found}")
        again = mine.run(place, *each.work.words, skips=True)
    return {role: count for role, count in again.steps.items() if count}


def tried(bench: Bench, mine: Victim, each: Deployment, strike: Strike) -> list[str] | None:
    with aws_world.account(bench) as (world, place):
        each.work.put(place)
        if not mine.run(place, *each.work.words, strike=strike, skips=True).struck:
            return None
        found = [*_deployed(mine, place, each, world), *left_behind(place)]
    return [f"step {strike.at}", *found] if found else []


def _deployed(mine: Victim, place: Place, each: Deployment, world: World) -> list[str]:
    each.work.put(place)
    ended = mine.run(place, *each.work.words, skips=True)
    if ended.code != 0:
        return [f"`awsml {' '.join(each.work.words)}` ended with {ended.code}: {ended.err}"]
    return each.wrong(world)


def _endpoint_wrong(world: World) -> list[str]:
    (endpoint,) = world.all(_REGION, "Endpoint")
    used = endpoint["request"]["EndpointConfigName"]
    found = [
        f"{noun} {thing['request'][f'{noun}Name']} is left, which nothing uses"
        for noun in ("EndpointConfig", "Model")
        for thing in world.all(_REGION, noun)
        if thing["request"][f"{noun}Name"] != used
    ]
    if len(world.journal.accepted("CreateEndpoint")) != 1:
        found.append("CreateEndpoint was not accepted exactly once")
    if not world.all(_REGION, "scaling"):
        found.append("the endpoint does not scale")
    return found


def _stack_wrong(world: World) -> list[str]:
    stacks = [stack["status"] for stack in world.all(_REGION, cloudformation.STACK)]
    return [] if stacks == ["CREATE_COMPLETE"] else [f"the stacks are {stacks}"]


ENDPOINT = Deployment(
    aws_world.ENDPOINT,
    20,
    _endpoint_wrong,
    "the same command again ends well; one endpoint was ever created, it scales, and no other "
    "configuration or model is left",
)
STACK = Deployment(
    aws_world.STACK,
    20,
    _stack_wrong,
    "the same command again ends well, and the account has the one stack, complete",
)
