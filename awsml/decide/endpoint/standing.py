"""The endpoint as it stands: the target its scaling has, how many instances the load keeps
running, and what is asked of it that it cannot do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from awsml import catalog
from awsml.basis import Basis, Estimate
from awsml.decide.endpoint.candidates import Row
from awsml.decide.endpoint.case import Case, constant
from awsml.decide.endpoint.latency import allowed_share
from awsml.estimate.endpoint import in_flight
from awsml.estimate.fleet import scaled_fleet, standing_fleet
from awsml.finding import Confidence, Finding, Fix, Level
from awsml.kinds.kind import Choice
from awsml.units import format_bytes, format_rate

_ROUNDED = 1e-3  # of a rate: a target is rounded to a tenth, which takes no instance more


def scaling_choice(case: Case, now: Row) -> Mapping[str, Choice]:
    """MAX_RPS x SAFETY_FACTOR x 60, or the requests in flight at that rate."""
    sustained = now.sustained
    if not case.work.target_open or not sustained.expected:
        return {}
    allowed = now.one and allowed_share(now.one, sustained, case)
    share = allowed or constant("scaling_safety_factor")
    rate = sustained.expected * share
    told = f"{share:.0%} of {format_rate(sustained.expected)} requests a second"
    latency = case.work.seen.latency_seconds
    if not case.work.scales_by_concurrency:
        choice = Choice(round(rate * 60, 1), f"{told}, by the minute")
    elif latency is None:
        return {}
    else:
        choice = Choice(round(max(1.0, in_flight(rate, latency)), 1), f"in flight at {told}")
    return {"autoscaling.target": choice}


def with_running(case: Case, choices: Mapping[str, Choice]) -> Case:
    """Instances in the mean of a month: as many as the target and the load take, between the
    fewest and the most. Without a load it is what the endpoint starts with."""
    work = case.work
    if work.most is None:
        count = Estimate.exact(float(work.count), "instance", Basis.DOCUMENTED)
        return replace(case, running=count, fleet=standing_fleet(work.count))
    fewest = work.count if work.fewest is None else work.fewest
    chosen = choices.get("autoscaling.target")
    each = _rate_of_target(case, chosen.value if chosen else work.scaling_target)
    if each is None or case.rate is None:
        low, high = min(fewest, work.count), max(work.most, work.count)
        count = Estimate(float(low), float(work.count), float(high), "instance", Basis.DOCUMENTED)
        return replace(case, running=count)
    fleet = scaled_fleet(case.rate, work.mean_share, each / (1 - _ROUNDED), fewest, work.most)
    return replace(case, running=fleet.estimate(Basis.DERIVED), fleet=fleet)


def _rate_of_target(case: Case, target: float | None) -> float | None:
    """Requests a second that the target gives one instance."""
    if not target:
        return None
    if not case.work.scales_by_concurrency:
        return target / 60
    latency = case.work.seen.latency_seconds
    return None if latency is None else target / latency


def too_few(case: Case, now: Row) -> bool:
    """Whether even the most instances there may be are fewer than the load takes in time."""
    return now.instances is not None and now.instances > most_instances(case)


def carrying(case: Case, now: Row) -> Case:
    """The same with as many as the load takes: what cannot carry it is no price of serving it."""
    if now.instances is None or not too_few(case, now):
        return case
    if now.fleet is None:
        return case
    return replace(case, running=now.fleet.expected.estimate(Basis.DERIVED))


def carried_at_most(case: Case, now: Row) -> float | None:
    """What all instances sustain a second, where that is less than is asked of them."""
    high, seen = now.sustained.high, case.work.seen
    if case.rate is None or high is None or now.sustained.basis is Basis.ASSUMED:
        return None
    most = most_instances(case)
    shown = seen.requests_per_second if seen.throughput is None else None
    carried = max(high, shown or 0.0) * most  # what was served while it was measured is proven
    return carried if carried < case.rate else None


def most_instances(case: Case) -> int:
    """As many as there may be."""
    return max(case.work.most or 0, case.work.count)


def too_large(case: Case) -> tuple[str, float] | None:
    """What is above the bytes that a real-time request or response surely may have."""
    work, most = case.work, float(catalog.limit("endpoint_payload_safe").value)
    for name, size in (("payload", work.payload_bytes), ("response", work.response_bytes)):
        if size is not None and size > most:
            return name, size
    return None


def standing_findings(case: Case, now: Row) -> Iterator[Finding]:
    """A load that the endpoint cannot carry; a payload that real time does not take."""
    carried = carried_at_most(case, now)
    if carried is not None:
        yield _overload(case, now, carried)
    large = too_large(case)
    if large is not None:
        yield _oversize(*large)


def _overload(case: Case, now: Row, carried: float) -> Finding:
    work, most = case.work, most_instances(case)
    sustained = format_rate(now.sustained.high or 0.0)
    field = "autoscaling.max" if work.most is not None else "compute.count"
    fix = None if now.instances is None else Fix(field, str(now.instances))
    return Finding(
        "load-above-capacity",
        Level.WARNING,
        f"{most} x {work.instance} cannot carry more than {format_rate(carried)} requests a second "
        f"({sustained} each), and `traffic.requests_per_second` asks for {case.rate:g}",
        f"set `{field}: {now.instances}`, or see what carries it for less: `awsml advise`",
        Confidence.INFERRED,
        field=field,
        fix=fix,
    )


def _oversize(name: str, size: float) -> Finding:
    safe = float(catalog.limit("endpoint_payload_safe").value)
    newer = float(catalog.limit("endpoint_payload_maximum").value)
    told = f"real-time inference takes {format_bytes(safe)}"
    if size <= newer:
        told += f" by the API's model ({format_bytes(newer)} by a newer text of AWS)"
    else:
        told = f"real-time inference takes {format_bytes(newer)} at most"
    return Finding(
        "payload-above-limit",
        Level.WARNING,
        f"a {name} of {format_bytes(size)} is too large: {told}",
        "send less (resize, compress), or use asynchronous inference, which reads and writes "
        "objects in S3",
        Confidence.DOCUMENTED,
        field=f"traffic.{name}",
    )
