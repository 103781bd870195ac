"""One way of running on Spot, or not: what it takes and costs on average, and its quantiles."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from awsml import catalog
from awsml.basis import Basis, Estimate, weakest
from awsml.decide.training.evidence import Evidence
from awsml.estimate.breakdown import volume_gib
from awsml.estimate.cost_lines import product
from awsml.estimate.rates import Case
from awsml.estimate.spot import (
    Interruptions,
    Outcomes,
    Work,
    best_interval,
    cluster_rate,
    expected_running,
    quantile,
    simulate,
)
from awsml.estimate.transfer import disk_link
from awsml.units import format_duration

_HOUR = 3600.0
SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}


class SpotGrounds(NamedTuple):
    """How often and for how long capacity goes away, in three ends, and what Spot takes off."""

    rates: tuple[float, float, float]  # a second, from calm to rough
    mean_down: float
    available: float
    saving: Estimate
    basis: Basis

    @property
    def interruptions(self) -> Interruptions:
        return Interruptions(self.rates[1], self.mean_down, self.available)


class SpotCase(NamedTuple):
    """Seconds on average at three rates, `running` and `whole` with waits for capacity; dollars,
    and the simulated spread."""

    job: Work
    running: Estimate
    whole: Estimate
    usd: Estimate
    outcomes: Outcomes

    def wall(self, share: float) -> float:
        return quantile(self.outcomes.wall, share)

    def as_json(self) -> dict[str, Any]:
        return {
            "checkpoint_every_seconds": self.job.interval,
            "running_seconds": self.running.as_json(),
            "usd": self.usd.as_json(),
            "wall_seconds": {name: _finite(self.wall(share)) for name, share in SHARES.items()},
            "attempts": {
                name: _finite(quantile(self.outcomes.attempts, share))
                for name, share in SHARES.items()
            },
        }


def spot_grounds(evidence: Evidence) -> SpotGrounds:
    """Priors of the catalogue, for as many machines as any one of which stops the job."""
    hourly = catalog.ranged("spot_interruptions_per_hour")
    down, available = catalog.ranged("spot_down_hours"), catalog.ranged("spot_availability")
    exponent = catalog.constant("spot_cluster_exponent").value
    calm, usual, rough = (
        cluster_rate((rate or 0.0) / _HOUR, evidence.workload.count, exponent)
        for rate in (hourly.low, hourly.expected, hourly.high)
    )
    provision = evidence.rates.at(Case.EXPECTED).provision_seconds
    return SpotGrounds(
        rates=(calm, usual, rough),
        mean_down=(down.expected or 0.0) * _HOUR + provision,
        available=available.expected or 1.0,
        saving=spot_saving(evidence),
        basis=weakest((hourly.basis, down.basis)),
    )


def spot_saving(evidence: Evidence) -> Estimate:
    """The share of on-demand that Spot takes off; AWS lists EC2's, none for SageMaker."""
    instance, region = evidence.workload.instance, evidence.region
    advice = catalog.spot_advice(instance, region) if instance and region else None
    if advice is None:
        return Estimate.unknown("1", f"Spot saving of {instance} in {region or 'the region'}")
    error = catalog.constant("spot_saving_error").value
    return Estimate(
        max(0.0, advice.saving - error),
        advice.saving,
        min(1.0, advice.saving + error),
        "1",
        advice.fact.basis,
    )


def work_of(evidence: Evidence, interval: float | None) -> Work | None:
    """Epochs and upload are the work; what comes before them, each attempt pays again."""
    expected = evidence.expected
    if expected is None or expected.epochs is None or expected.start is None:
        return None
    restart = expected.start - expected.provision + (expected.listing or 0.0)
    checkpoint = checkpoint_seconds(evidence) if interval else 0.0
    return Work(expected.epochs + expected.upload, restart, interval, checkpoint)


def checkpoint_seconds(evidence: Evidence) -> float:
    """Writing a checkpoint to disk; its way to S3 goes on beside the training."""
    spot, setting = evidence.workload.spot, evidence.setting
    if spot is None or spot.checkpoint_bytes is None or setting is None:
        return float(catalog.constant("checkpoint_seconds").value)
    rates = setting.rates.at(Case.EXPECTED)
    link = disk_link(setting.machine, volume_gib(evidence.workload), rates)
    return link.seconds(spot.checkpoint_bytes)


def best_every(evidence: Evidence, grounds: SpotGrounds) -> float:
    """Daly's optimum, in whole minutes, for the usual rate."""
    best = best_interval(checkpoint_seconds(evidence), grounds.rates[1])
    return max(60.0, round((best or _HOUR) / 60) * 60.0)


def spot_case(evidence: Evidence, job: Work, grounds: SpotGrounds) -> SpotCase:
    means = [expected_running(job, rate) for rate in grounds.rates]
    running = _seconds(means, grounds)
    hours = running.scaled(evidence.workload.count / _HOUR, "hour")
    full = product(hours, evidence.usd_per_hour, "USD")
    return SpotCase(
        job=job,
        running=running,
        whole=_seconds(with_waits(means, grounds), grounds),
        usd=product(full, left_after(grounds.saving), "USD"),
        outcomes=simulate(job, grounds.interruptions),
    )


def left_after(saving: Estimate) -> Estimate:
    """What is paid after a saving; the largest saving is the lowest price."""
    if saving.low is None or saving.expected is None or saving.high is None:
        return saving
    return Estimate(1 - saving.high, 1 - saving.expected, 1 - saving.low, "1", saving.basis)


def with_waits(means: list[float], grounds: SpotGrounds) -> list[float]:
    """Interruptions come at their rate for as long as the job runs, and each is a wait."""
    first = (1 - grounds.available) * grounds.mean_down
    pairs = zip(means, grounds.rates, strict=True)
    return [first + mean * (1 + rate * grounds.mean_down) for mean, rate in pairs]


def _seconds(means: list[float], grounds: SpotGrounds) -> Estimate:
    low, expected, high = (_finite(mean) for mean in means)
    if expected is None:
        every = format_duration(1 / grounds.rates[1])
        return Estimate.unknown("s", f"an end: interruptions come about every {every}")
    return Estimate(low, expected, high, "s", weakest((grounds.basis, Basis.ESTIMATED)))


def _finite(value: float) -> float | None:
    return round(value, 1) if math.isfinite(value) else None
