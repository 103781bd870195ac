"""Instance types that meet a wish, and why those that look as if they did are out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from awsml.catalog.instances import Instance, accepted_by, instances, offered
from awsml.catalog.prices import Price, price

# What a type is wanted for -> the price component, which is also the name of SageMaker's enum.
USES: Mapping[str, str] = {
    "training": "training",
    "tuning": "training",
    "endpoint": "hosting",
    "transform": "transform",
    "processing": "processing",
    "notebook": "notebook",
    "batch": "ec2",
}
_OPERATIONS = {
    "training": "CreateTrainingJob",
    "hosting": "CreateEndpointConfig",
    "transform": "CreateTransformJob",
    "processing": "CreateProcessingJob",
    "notebook": "CreateNotebookInstance",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a type; None asks nothing. Memory of a GPU is compared with what the
    card is sold as (24 GB is 24 GB and 24 GiB alike); bandwidth with the baseline."""

    use: str
    region: str
    gpus: int | None = None
    gpu_memory_gb: float | None = None
    gpu: str | None = None
    network_gbps: float | None = None
    vcpus: int | None = None
    memory_gib: float | None = None
    max_usd_per_hour: float | None = None
    architecture: str | None = None

    @property
    def component(self) -> str:
        return USES[self.use]


@dataclass(frozen=True, slots=True)
class Match:
    """A type that meets the wish; price None is unknown, and sorts last."""

    instance: Instance
    price: Price | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Miss:
    """A type whose hardware would do, and what rules it out all the same."""

    instance: Instance
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    matches: tuple[Match, ...]
    misses: tuple[Miss, ...]


def find(wish: Wish) -> Found:
    """Cheapest first."""
    matches, misses = [], []
    for one in instances():
        if not all(test(one, wish) for test in _HARDWARE):
            continue
        cost = price(wish.component, one.name, wish.region)
        reasons = _reasons(one, wish, cost)
        if reasons:
            misses.append(Miss(one, reasons))
        else:
            matches.append(Match(one, cost, _notes(one, wish)))
    misses.sort(key=lambda miss: (miss.instance.retired, miss.instance.name))
    return Found(tuple(sorted(matches, key=_by_price)), tuple(misses))


Test = Callable[[Instance, Wish], bool]

_HARDWARE: tuple[Test, ...] = (
    lambda one, wish: wish.gpus is None or one.gpus >= wish.gpus,
    lambda one, wish: (
        wish.gpu_memory_gb is None
        or (bool(one.gpus) and (one.accelerator_gib or 0) >= wish.gpu_memory_gb)
    ),
    lambda one, wish: (
        wish.gpu is None
        or (one.accelerator is not None and wish.gpu.lower() == one.accelerator.name.lower())
    ),
    lambda one, wish: (
        wish.network_gbps is None or (one.network_baseline_gbps or 0) >= wish.network_gbps
    ),
    lambda one, wish: wish.vcpus is None or one.vcpus >= wish.vcpus,
    lambda one, wish: wish.memory_gib is None or one.memory_gib >= wish.memory_gib,
    lambda one, wish: wish.architecture is None or one.architecture == wish.architecture,
)


def _reasons(one: Instance, wish: Wish, cost: Price | None) -> tuple[str, ...]:
    """Why a type that has the hardware cannot be had, or costs too much."""
    reasons = []
    if one.retired and one.life is not None:
        reasons.append(f"retired {one.life.since or ''}: {one.life.note}")
    if wish.component != "ec2" and wish.component not in accepted_by(one.name):
        reasons.append(_refused(one, wish))
    name = one.name if wish.component == "ec2" else one.ml_name
    offer = offered(name, wish.region)
    if offer is not None and not offer.value:
        reasons.append(f"not offered in {wish.region}")
    if wish.max_usd_per_hour is not None:
        reasons += _too_dear(wish.max_usd_per_hour, cost)
    return tuple(reasons)


def _too_dear(limit: float, cost: Price | None) -> list[str]:
    """An unknown price is not within a limit."""
    if cost is None:
        return ["its price is unknown"]
    return [f"costs {cost}"] if float(cost.usd) > limit else []


def _refused(one: Instance, wish: Wish) -> str:
    operation = _OPERATIONS[wish.component]
    others = sorted(accepted_by(one.name) & _OPERATIONS.keys())
    taken = f"; SageMaker takes it for {', '.join(others)}" if others else ""
    return f"{operation} does not take {one.ml_name}{taken}"


def _notes(one: Instance, wish: Wish) -> tuple[str, ...]:
    notes = []
    if (one.card_baseline_gbps or 0) < (one.network_baseline_gbps or 0):
        notes.append(f"S3 gets {one.card_baseline_gbps:g} of its Gbps")
    if one.life is not None:
        notes.append(f"{one.life.status}: {one.life.note}")
    if offered(one.name, wish.region) is None:
        notes.append(f"whether {wish.region} offers it is not known")
    return tuple(notes)


def _by_price(match: Match) -> tuple[bool, float, bool, str]:
    usd = float(match.price.usd) if match.price else 0.0
    old = match.instance.life is not None
    return (match.price is None, usd, old, match.instance.name)
