"""Why a training job uses so little of its GPU, and the fix with its price."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from awsml import catalog
from awsml.advice import Advice, Alternative
from awsml.basis import Basis, Estimate
from awsml.decide.decision import Grounds
from awsml.decide.training.evidence import Evidence, evidence_of
from awsml.decide.training.input_mode import choose_modes
from awsml.decide.training.mode_advice import mode_advice
from awsml.decide.training.sharding import sharding_advice
from awsml.estimate.bottleneck import Diagnosis, diagnose, signals_of
from awsml.estimate.breakdown import compute_seconds, reading_seconds
from awsml.estimate.training import dollars
from awsml.readers.metrics import Utilisation
from awsml.units import format_duration, format_usd
from awsml.workload.training import TrainingWorkload

# A GPU that a feed keeps full; measured jobs seldom stay above it.
_FULL = 0.95
_MEMORY_LEFT_FREE = 0.1


@dataclass(frozen=True, slots=True)
class Explained:
    """The verdict, what to do about it, and what was wrong with the figures themselves."""

    diagnosis: Diagnosis
    advice: tuple[Advice, ...]
    problems: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "diagnosis": self.diagnosis.as_json(),
            "advice": [each.as_json() for each in self.advice],
            "problems": list(self.problems),
        }


def explain_utilisation(
    workload: TrainingWorkload, grounds: Grounds, seen: Utilisation
) -> Explained:
    """From shares over time to a verdict, and from the verdict to what it would save."""
    evidence = evidence_of(workload, grounds)
    signals = training_signals(evidence, seen)
    found = diagnose(signals, "training", lambda name: float(catalog.constant(name).value))
    fix = _FIXES.get(found.verdict or "")
    advice = tuple(each for each in (fix(evidence, signals, found) if fix else ()) if each)
    return Explained(found, advice, seen.problems)


def training_signals(evidence: Evidence, seen: Utilisation) -> dict[str, float | None]:
    """Means and percentiles of what was seen, and the share of an epoch spent waiting for data."""
    signals: dict[str, float | None] = {}
    for name, values in seen.series.items():
        signals.update(signals_of(name, values))
    signals["data_wait"] = _data_wait(evidence)
    return signals


def _data_wait(evidence: Evidence) -> float | None:
    """The share of an epoch that computing waits for data, as predicted: CloudWatch has no
    metric for it."""
    if evidence.setting is None:
        return None
    compute = compute_seconds(evidence.workload)
    reading = reading_seconds(evidence.workload, evidence.setting)
    if compute is None or reading is None:
        return None
    usual = reading[1] if (evidence.workload.epochs or 1.0) > 1 else reading[0]
    longer = max(compute, usual)
    return (longer - compute) / longer if longer > 0 else 0.0


Signals = Mapping[str, float | None]
Fixes = tuple[Advice | None, ...]


def _feed(evidence: Evidence, signals: Signals, found: Diagnosis) -> Fixes:
    """Data come too slowly: another way to feed, or other objects."""
    chosen = choose_modes(evidence)
    now = evidence.given(chosen.workload)
    known = (mode_advice(evidence, chosen), sharding_advice(now))
    helps = tuple(each for each in known if each is not None and each.change)
    return helps or (_more_workers(evidence, signals, found),)


def _more_workers(evidence: Evidence, signals: Signals, found: Diagnosis) -> Advice:
    cores = evidence.setting.machine.vcpu if evidence.setting else None
    workers = evidence.workload.loader_workers
    more = f"from {workers} to {cores}" if workers and cores else "until the GPU is kept full"
    return _advice("data loading", f"raise the loader's workers {more}", found, evidence, signals)


def _cores(evidence: Evidence, signals: Signals, found: Diagnosis) -> Fixes:
    """Cores limit: the same GPUs with more of them, as far as the GPUs can follow."""
    here = catalog.instance(evidence.workload.instance or "")
    busy = signals.get("gpu")
    best = _more_cores(here, evidence) if here else None
    if here is None or best is None or not busy:
        return (
            _advice(
                "processors", "move decoding to the GPU, or decode once", found, evidence, signals
            ),
        )
    speed_up = min(best.vcpus / here.vcpus, _FULL / busy)
    moved = evidence.on(best.ml_name)
    before, after = _epoch_usd(evidence, 1.0), _epoch_usd(moved, speed_up)
    told = "at a price that is unknown"
    if before is not None and after is not None:
        told = f"{format_usd(before)} to {format_usd(after)} an epoch"
    why = f"{best.vcpus} cores for {here.vcpus}: up to {speed_up:.2f} times as fast, {told}"
    pays = after is not None and before is not None and after < before
    row = Alternative(best.ml_name, "better" if pays else "worse", why)
    recommend = f"move to {best.ml_name}" if pays else "move decoding to the GPU, or decode once"
    return (_advice("processors", recommend, found, evidence, signals, speed_up, (row,), moved),)


def _more_cores(here: catalog.Instance, evidence: Evidence) -> catalog.Instance | None:
    """The next size with the same devices."""
    able = [
        one
        for one in catalog.instances_of(here.family)
        if one.accelerators == here.accelerators
        and one.vcpus > here.vcpus
        and "training" in catalog.accepted_by(one.ml_name)
    ]
    return min(able, key=lambda one: one.vcpus, default=None)


def _epoch_usd(evidence: Evidence, speed_up: float) -> float | None:
    seconds = compute_seconds(evidence.workload)
    if seconds is None:
        return None
    estimate = Estimate.exact(seconds / speed_up, "s", Basis.ESTIMATED)
    return dollars(estimate, evidence.usd_per_hour, evidence.workload.count).expected


def _larger_batch(evidence: Evidence, signals: Signals, found: Diagnosis) -> Fixes:
    """Nothing is full: fill the memory, and the GPU follows until it is."""
    used, busy = signals.get("gpu_memory_p95"), signals.get("gpu")
    factor = (1 - _MEMORY_LEFT_FREE) / used if used else None
    text = "raise the batch size"
    if factor is not None and factor >= 1.25:
        text = f"raise the batch size up to {factor:.1f} times: {used:.0%} of memory is used"
    speed_up = min(factor, _FULL / busy) if factor and busy else None
    return (_advice("batch size", text, found, evidence, signals, speed_up),)


def _steady(evidence: Evidence, signals: Signals, found: Diagnosis) -> Fixes:
    """Full at times, empty at others: prefetching brings the mean to the p95."""
    mean, high = signals.get("gpu"), signals.get("gpu_p95")
    speed_up = high / mean if mean and high else None
    text = "prefetch more batches, and keep the loader's workers alive between epochs"
    return (_advice("feed", text, found, evidence, signals, speed_up),)


def _busy(evidence: Evidence, signals: Signals, found: Diagnosis) -> Fixes:
    text = "nothing starves it: mixed precision, or a faster GPU (`awsml advise` prices them)"
    return (_advice("compute", text, found, evidence, signals),)


def _network(evidence: Evidence, signals: Signals, found: Diagnosis) -> Fixes:
    text = "send less (compressed samples, fewer gradients) or take a type with more network"
    return (_advice("network", text, found, evidence, signals),)


def _serial(evidence: Evidence, signals: Signals, found: Diagnosis) -> Fixes:
    busy = signals.get("gpu")
    speed_up = _FULL / busy if busy else None
    text = "let loading, copying to the GPU and computing overlap; profile one step"
    return (_advice("steps", text, found, evidence, signals, speed_up),)


_FIXES: Mapping[str, Callable[[Evidence, Signals, Diagnosis], Fixes]] = {
    "network": _network,
    "cpu": _cores,
    "io": _feed,
    "gpu": _busy,
    "batch-size": _larger_batch,
    "uneven-feed": _steady,
    "serialised": _serial,
}


def _advice(
    subject: str,
    recommend: str,
    found: Diagnosis,
    evidence: Evidence,
    signals: Signals,
    speed_up: float | None = None,
    rows: tuple[Alternative, ...] = (),
    moved: Evidence | None = None,
) -> Advice:
    """Up to what the speed-up takes off the time at computing; zero is the least it saves."""
    seconds = _spared(evidence, speed_up)
    idle = signals.get("gpu")
    because = found.because
    if idle is not None and (hour := evidence.usd_per_hour.expected) is not None:
        because += f"; {format_usd((1 - idle) * hour)} of each {format_usd(hour)} buys an idle GPU"
    if seconds.expected:
        because += f"; at most {format_duration(seconds.high or 0.0)} of computing can be saved"
    usd = dollars(seconds, evidence.usd_per_hour, evidence.workload.count)
    return Advice(
        subject=subject,
        recommend=recommend,
        because=because,
        saves_usd=usd if moved is None else _saved_by_move(evidence, moved, speed_up),
        saves_seconds=seconds,
        alternatives=rows,
    )


def _spared(evidence: Evidence, speed_up: float | None) -> Estimate:
    compute = compute_seconds(evidence.workload)
    if compute is None:
        return Estimate.unknown("s", "workload.samples_per_second")
    if speed_up is None:
        return Estimate.unknown("s", "one epoch measured after the change")
    most = max(0.0, compute * (evidence.workload.epochs or 1.0) * (1 - 1 / speed_up))
    return Estimate(0.0, most / 2, most, "s", Basis.ESTIMATED)


def _saved_by_move(evidence: Evidence, moved: Evidence, speed_up: float | None) -> Estimate:
    before, after = _epoch_usd(evidence, 1.0), _epoch_usd(moved, speed_up or 1.0)
    slowest = _epoch_usd(moved, 1.0)
    if before is None or after is None or slowest is None:
        return Estimate.unknown("USD", "workload.samples_per_second")
    epochs = evidence.workload.epochs or 1.0
    low, high = (before - slowest) * epochs, (before - after) * epochs
    return Estimate(low, (low + high) / 2, high, "USD", Basis.ESTIMATED)
