"""How busy an instance may be while 99 of 100 requests keep their time, and what they take then."""

from __future__ import annotations

from awsml import catalog
from awsml.basis import Basis, Estimate, weakest
from awsml.catalog import Instance
from awsml.decide.endpoint.case import Case, constant
from awsml.estimate.endpoint import replicas
from awsml.estimate.queueing import Queue

_ALMOST_ALL = 0.99


def allowed_share(one: Instance, sustained: Estimate, case: Case) -> float | None:
    """The share of what it sustains that it may be given: half, or less where waiting would break
    the target. None: not even alone is a request answered in time."""
    safety = constant("scaling_safety_factor")
    target, queue = case.work.p99_seconds, _queue(one, sustained.expected, case)
    if target is None or queue is None:
        return safety
    return queue.busiest(_ALMOST_ALL, target, safety)


def almost_all(one: Instance, sustained: Estimate, rate: float | None, case: Case) -> Estimate:
    """What 99 of 100 requests take in the container at `rate` on one instance, queueing included;
    the range is that of the type's speed and of how evenly it serves."""
    spread = catalog.ranged("service_time_variation")
    ends = (
        (sustained.high, spread.low),
        (sustained.expected, spread.expected),
        (sustained.low, spread.high),
    )
    if rate is None:
        return Estimate.unknown("s", "traffic.requests_per_second")
    found = [_within(_queue(one, speed, case, even), speed, rate) for speed, even in ends]
    if found[1] is None:
        return Estimate.unknown("s", *sustained.missing)
    basis = weakest((sustained.basis, spread.basis, Basis.ESTIMATED))
    return Estimate(found[0], found[1], found[2], "s", basis)


def _within(queue: Queue | None, speed: float | None, rate: float) -> float | None:
    return None if queue is None or not speed else queue.within(_ALMOST_ALL, rate / speed)


def _queue(
    one: Instance, speed: float | None, case: Case, variation: float | None = None
) -> Queue | None:
    """As many at a time as the rate and the time to serve imply (Little); one a device else."""
    if not speed:
        return None
    seconds = case.work.seen.latency_seconds
    lanes = replicas(one) if seconds is None else max(1, round(speed * seconds))
    even = constant("service_time_variation") if variation is None else variation
    return Queue(lanes / speed, lanes, even)
