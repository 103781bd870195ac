"""A measurement from end to end: warm-up, then concurrency, then arrivals at rising rates."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from awsml.backends.local.load.generator import Target, doubling, measured
from awsml.backends.local.load.machine import Watched
from awsml.backends.local.load.point import Load, Outcome

_WARM_SHARE = 0.5
# Of what a closed loop reached; the last one shows how it breaks.
_SHARES = (0.25, 0.5, 0.75, 0.9, 1.1)
_WORSE = 1.02  # twice as many at a time that bring less than this: the end of the rise


@dataclass(frozen=True, slots=True)
class Asked:
    """What is swept, and what bounds it. Without rates they follow from the concurrency sweep."""

    bodies: Sequence[tuple[str, bytes]]
    content_type: str
    rates: Sequence[float] = ()
    concurrencies: Sequence[int] = ()
    batches: Sequence[int] = ()
    seconds: float = 3.0
    warm_up_seconds: float = 1.0
    most_seconds: float = 120.0
    most_requests: int = 200_000
    most_at_a_time: int = 64


Measure = Callable[[Load], Outcome]
SetBatch = Callable[[int], None]


@dataclass
class Bench:
    """Measures one endpoint; `pid` is what serves it, where that is known."""

    asked: Asked
    measure: Measure
    set_batch: SetBatch
    clock: Callable[[], float] = time.monotonic

    def outcomes(self) -> Iterator[Outcome]:
        """Each point as it is done, until time or requests are used up."""
        self._end = self.clock() + self.asked.most_seconds
        self._left = self.asked.most_requests
        several = len(self.asked.bodies) > 1
        for batch in self.asked.batches or (None,):
            if batch is not None:
                self.set_batch(batch)
            for name, body in self.asked.bodies:
                plain = Load(
                    self.asked.seconds,
                    body,
                    self.asked.content_type,
                    payload=name if several else "",
                    batch=batch,
                )
                yield from self._swept(plain)

    def _swept(self, plain: Load) -> Iterator[Outcome]:
        warm = replace(plain, concurrency=2, seconds=self.asked.warm_up_seconds)
        warmed = self._point(warm)
        if warmed is None or not warmed.latencies:
            if warmed is not None:
                yield warmed
            return
        best = 0.0
        for outcome in self._closed(plain):
            best = max(best, outcome.throughput)
            yield outcome
        for rate in self.asked.rates or [round(best * share, 1) for share in _SHARES]:
            point = self._kept(replace(plain, rate=rate), best) if rate > 0 else None
            if point is not None:
                yield point

    def _kept(self, load: Load, best: float) -> Outcome | None:
        """A rate that was answered at as many at a time, and is lost, is tried once more: on a
        machine that does other things a pause is enough to lose it."""
        first = self._point(load)
        if first is None or _steady(first) or (load.rate or 0.0) > best > 0:
            return first
        again = self._point(load)
        return again if again is not None and _steady(again) else first

    def _closed(self, plain: Load) -> Iterator[Outcome]:
        """Twice as many at a time, until that brings nothing more."""
        fixed, before = self.asked.concurrencies, 0.0
        for number in fixed or doubling(self.asked.most_at_a_time):
            outcome = self._point(replace(plain, concurrency=number))
            if outcome is None:
                return
            yield outcome
            if not fixed and outcome.throughput < before * _WORSE:
                return
            before = outcome.throughput

    def _point(self, load: Load) -> Outcome | None:
        """None once the bounds are reached."""
        if self.clock() >= self._end or self._left <= 0:
            return None
        seconds = min(load.seconds, self._end - self.clock())
        outcome = self.measure(replace(load, seconds=seconds, most_requests=self._left))
        self._left -= len(outcome.latencies) + outcome.failed
        return outcome


def _steady(outcome: Outcome) -> bool:
    return outcome.kept_up and not outcome.generator_bound


def local_measure(target: Target, pid: int | None) -> Measure:
    """Load on this machine, while the process that serves is watched."""

    def measure(load: Load) -> Outcome:
        if pid is None:
            return measured(target, load)
        watched = Watched(pid)
        with watched.watching():
            outcome = measured(target, load)
        return replace(outcome, machine=watched.shares)

    return measure


@dataclass(frozen=True, slots=True)
class Observed:
    """What the scenario's `observed` block is to say."""

    latency_seconds: float | None
    throughput: float | None
    requests_per_second: float | None
    p99_seconds: float | None
    machine: dict[str, float]

    def fields(self, on: str, cores: int | None, instances: int = 1) -> dict[str, str]:
        """Field and text, as it would be typed; rates are those of one instance."""
        found = {"on": on, "cores": None if cores is None else str(cores)}
        found["latency"] = _milliseconds(self.latency_seconds)
        found["p99"] = _milliseconds(self.p99_seconds)
        found["throughput"] = _number(self.throughput, instances)
        found["requests_per_second"] = _number(self.requests_per_second, instances)
        for name in ("cpu", "memory", "gpu", "gpu_memory"):
            if name in self.machine:
                found[name] = f"{min(1.0, self.machine[name]):.1%}"
        return {name: text for name, text in found.items() if text is not None}


def observed(outcomes: Sequence[Outcome], p99_target: float | None) -> Observed | None:
    """Latency from one at a time; the highest rate that was kept up with, within the target."""
    good = [one for one in outcomes if one.latencies and not one.generator_bound]
    if not good:
        return None
    alone = next((one for one in good if one.load.concurrency == 1), good[0])
    kept = [one for one in good if one.load.rate and one.kept_up and _within(one, p99_target)]
    best = max(kept, key=lambda one: one.throughput, default=None)
    if best is None and (p99_target is None or not any(one.load.rate for one in good)):
        best = _best_closed(good, p99_target)
    shown = best or alone
    return Observed(
        latency_seconds=alone.latency(0.5),
        throughput=best.throughput if best else None,
        requests_per_second=shown.throughput,
        p99_seconds=shown.latency(0.99),
        machine=dict(shown.machine),
    )


def _best_closed(good: Sequence[Outcome], p99_target: float | None) -> Outcome | None:
    """What so many at a time were answered with, where rates say nothing."""
    kept = [one for one in good if not one.failed and _within(one, p99_target)]
    return max(kept, key=lambda one: one.throughput, default=None)


def _within(outcome: Outcome, target: float | None) -> bool:
    latency = outcome.latency(0.99)
    return target is None or (latency is not None and latency <= target)


def _milliseconds(seconds: float | None) -> str | None:
    return None if seconds is None else f"{seconds * 1000:.3g}ms"


def _number(value: float | None, instances: int) -> str | None:
    return None if value is None else f"{value / instances:.4g}"
