"""Whether a batch job survives Spot: attempts, odds of finishing, hours and dollars."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from awsml import catalog
from awsml.basis import Basis, Estimate, total, weakest
from awsml.catalog import Instance
from awsml.decide.batch.machines import fargate_size
from awsml.estimate.attempts import Bounded, Bounds, bounded
from awsml.estimate.spot import Interruptions, Work, attempts_needed, best_interval, quantile
from awsml.retries import RECLAIM_PATTERNS
from awsml.workload.batch import BatchWorkload

_HOUR = 3600.0
CONFIDENCE = 0.999
# Beside reclaims: an image that cannot be pulled, a machine that breaks.
SPARE_ATTEMPTS = 1
LEAST_ATTEMPTS = 3
# A timeout ends what hangs, not what is slow.
_ROOM = 1.5
_MOST_FINISH = 0.9


@dataclass(frozen=True, slots=True)
class Survival:
    """One job under the usual interruptions, and under calm and rough ones."""

    job: Work
    cuts: Interruptions
    bounds: Bounds
    usual: Bounded
    calm: Bounded
    rough: Bounded
    needed: int | None  # attempts for 99.9 %; None where hundreds would not do
    attempts: int  # of the definition; `bounds` has as many as reclaims leave
    best_every: float | None

    @property
    def timeout_wanted(self) -> float | None:
        """Whole hours that leave room, where `timeout` ends most runs before the work is done."""
        whole = self.job.restart + self.job.work
        if self.bounds.limit >= whole:
            return None
        if self.job.interval is not None and self.usual.finished >= _MOST_FINISH:
            return None
        return math.ceil(whole * _ROOM / _HOUR) * _HOUR

    @property
    def running(self) -> Estimate:
        """Seconds paid on average, restarts included."""
        means = [each.mean_running for each in (self.calm, self.usual, self.rough)]
        basis = weakest((Basis.ESTIMATED, Basis.ASSUMED))
        return Estimate(min(means), means[1], max(means), "s", basis)

    def at(self, share: float) -> float:
        """Wall-clock that this share of runs does not exceed."""
        return quantile(self.usual.wall, share)


def survival(workload: BatchWorkload, attempts: int | None = None) -> Survival | None:
    """None where the time of the job is not stated."""
    if workload.compute_seconds is None:
        return None
    job = work_of(workload)
    calm, usual, rough = _cuts(workload)
    needed = attempts_needed(job, usual.rate, CONFIDENCE)
    survives = workload.reclaims_retried or not workload.spot
    tries = attempts or workload.attempts or (_chosen(needed) if survives else LEAST_ATTEMPTS)
    bounds = Bounds(
        tries if survives else 1,
        workload.timeout_seconds or math.inf,
        workload.window_seconds or math.inf,
    )
    return Survival(
        job,
        usual,
        bounds,
        usual=bounded(job, usual, bounds),
        calm=bounded(job, calm, bounds),
        rough=bounded(job, rough, bounds),
        needed=needed,
        attempts=tries,
        best_every=best_interval(_checkpoint_seconds(workload), usual.rate),
    )


def work_of(workload: BatchWorkload) -> Work:
    restart = workload.restart_seconds
    if restart is None:
        names = ("image_pull_seconds", "init_seconds", "warm_up_seconds")
        restart = sum(catalog.ranged(name).expected or 0.0 for name in names)
    every = workload.checkpoint_every_seconds
    if workload.checkpoints and every is None:
        every = 15 * 60.0  # a script that says nothing
    interval = every if workload.checkpoints else None
    took = _checkpoint_seconds(workload) if interval else 0.0
    return Work(workload.compute_seconds or 0.0, restart, interval, took)


def _checkpoint_seconds(workload: BatchWorkload) -> float:
    stated = workload.checkpoint_seconds
    return float(catalog.constant("checkpoint_seconds").value) if stated is None else stated


def _cuts(workload: BatchWorkload) -> tuple[Interruptions, Interruptions, Interruptions]:
    """Reclaims of one machine: calm, usual, rough. On-demand has none."""
    down = (catalog.ranged("spot_down_hours").expected or 0.0) * _HOUR
    provision = catalog.ranged("provision_seconds").expected or 0.0
    if not workload.spot:
        return (Interruptions(0.0, provision),) * 3
    hourly = catalog.ranged("spot_interruptions_per_hour")
    available = catalog.ranged("spot_availability").expected or 1.0
    calm, usual, rough = (
        Interruptions((rate or 0.0) / _HOUR, down + provision, available)
        for rate in (hourly.low, hourly.expected, hourly.high)
    )
    return calm, usual, rough


def _chosen(needed: int | None) -> int:
    most = int(catalog.constant("batch_attempts").value)
    return most if needed is None else min(most, max(LEAST_ATTEMPTS, needed + SPARE_ATTEMPTS))


def usd_per_hour(workload: BatchWorkload, machine: Instance | None, region: str | None) -> Estimate:
    if workload.platform == "fargate":
        return _fargate_per_hour(workload, region)
    if machine is None or region is None:
        return Estimate.unknown("USD/hour", "the region" if region is None else "the instance type")
    price = (
        catalog.spot_price(machine.name, region)
        if workload.spot
        else catalog.price("ec2", machine.name, region)
    )
    if price is None:
        return Estimate.unknown("USD/hour", f"price of {machine.name} in {region}")
    return price.estimate()


def _fargate_per_hour(workload: BatchWorkload, region: str | None) -> Estimate:
    size = fargate_size(workload)
    if size is None or region is None:
        return Estimate.unknown("USD/hour", "the region" if size else "a size of Fargate")
    if workload.spot:
        return Estimate.unknown("USD/hour", "price of Fargate Spot")
    amounts = {"vcpu": size.vcpus, "memory": size.memory_mib / 1024}
    prices = {part: catalog.storage_price(f"fargate-{part}", region) for part in amounts}
    missing = (f"price of Fargate in {region}",)
    parts = (
        price.estimate().scaled(amounts[part], "USD/hour")
        if price is not None
        else Estimate.unknown("USD/hour", *missing)
        for part, price in prices.items()
    )
    return total(parts, "USD/hour")


def retry_block(
    workload: BatchWorkload,
    found: Survival | None,
    attempts: int,
    rules: list[dict[str, str]],
    rate: Estimate,
) -> dict[str, Any]:
    """The plan's own part about retries."""
    block: dict[str, Any] = {"attempts": attempts, "p_finish": None, "rules": rules}
    if found is None:
        return block | {"missing": ["workload.compute: how long one job takes"]}
    price = rate.expected
    p99_running = quantile(found.usual.running, 0.99)
    return block | {
        "p_finish": round(found.usual.finished, 4),
        "p_finish_range": [round(found.rough.finished, 4), round(found.calm.finished, 4)],
        "p_finish_before_deadline": (
            None if math.isinf(found.bounds.deadline) else round(found.usual.in_time, 4)
        ),
        "attempts_needed": found.needed,
        "confidence": CONFIDENCE,
        "interruptions_per_hour": round(found.cuts.rate * _HOUR, 4),
        "checkpoint_every_seconds": found.job.interval,
        "best_checkpoint_every_seconds": (
            None if found.best_every is None else round(found.best_every, 1)
        ),
        "hours": {
            "expected": round(found.usual.mean_running / _HOUR, 4),
            "p99": _finite(found.at(0.99) / _HOUR),
        },
        "usd": {
            "expected": None
            if price is None
            else _finite(found.usual.mean_running / _HOUR * price),
            "p99": None if price is None else _finite(p99_running / _HOUR * price),
        },
        "jobs": workload.jobs,
    }


def reclaim_rule(workload: BatchWorkload) -> str:
    """The rule that retries what Spot takes back, as a scenario writes it."""
    pattern = RECLAIM_PATTERNS[workload.platform]
    return f'`{{status: "{pattern}", action: retry}}` as the first of `retry.rules`'


def odds_text(share: float) -> str:
    """Never certain: reclaims are not all that ends a job."""
    return "over 99.9%" if share >= 0.9995 else f"{share:.1%}"


def _finite(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None
