"""Other architectures for an endpoint, each with a number: batch transform, Elastic Inference,
P3dn, ECS; and SageMaker's other ways to serve: asynchronous, serverless."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from awsml import catalog
from awsml.advice import Advice, Alternative
from awsml.basis import Estimate
from awsml.catalog import Instance
from awsml.decide.saving import saved
from awsml.decide.serving_candidates import Row, nearest_hosted
from awsml.decide.serving_case import Case, constant
from awsml.decide.serving_diagnosis import serving_signals
from awsml.units import format_bytes, format_usd

_HOURS_PER_MONTH = 730.0
_CPU = "ml.m5.xlarge"
_WIDE = "p3dn.24xlarge"


def architecture_advice(case: Case, rows: Sequence[Row]) -> Advice | None:
    """The four ways that are usually named for an idle GPU; only where there is a GPU."""
    here = case.here
    if here is None or not here.gpus:
        return None
    usd = _monthly(case, here)
    options = (_transform(case), _elastic(case), _wide(case, here), _ecs(case, here, usd))
    good = [row for row in options if row.verdict == "better"]
    best = min(good, key=_price, default=None)
    cheapest = min(
        (r for r in rows if r.month is not None), key=lambda r: r.month or 0.0, default=None
    )
    return Advice(
        subject="architecture",
        recommend=best.option if best else "none of the four; see the advice about instances",
        because=_network_told(case, here),
        saves_usd=saved(usd, best.usd) if best and best.usd else None,
        alternatives=options,
        field="compute.instance",
        notes=tuple(_compared(best, cheapest)),
        change=best is not None,
    )


def _price(row: Alternative) -> float:
    known = row.usd.expected if row.usd else None
    return float("inf") if known is None else known


def _compared(best: Alternative | None, cheapest: Row | None) -> Iterator[str]:
    if cheapest is None:
        return
    told = f"{cheapest.instances} x {cheapest.name} carry the load for "
    yield (
        told
        + f"{format_usd(cheapest.month or 0.0)} a month"
        + ("" if best is None else f"; {best.option} costs {format_usd(_price(best))}")
    )


def _network_told(case: Case, here: Instance) -> str:
    share = serving_signals(case)["network"]
    base = here.card_baseline_gbps
    if share is None:
        return "whether the network is the limit needs traffic.payload and requests_per_second"
    bound = constant("network_bound_share")
    verdict = "is" if share >= bound else "is not"
    return (
        f"payloads use {share:.0%} of what the {base:g} Gbps baseline of {here.ml_name} carries, "
        f"so the network {verdict} the limit (from {bound:.0%})"
    )


def _transform(case: Case) -> Alternative:
    """No device and no endpoint: files in, files out, later."""
    one = catalog.instance(_CPU)
    price = case.price(one, "transform") if one else Estimate.unknown("USD/hour", _CPU)
    hour = "at an unknown price" if price.expected is None else f"{format_usd(price.expected)}/h"
    if case.work.realtime:
        target = f"{case.work.p99_seconds * 1000:g} ms" if case.work.p99_seconds else "real time"
        why = f"answers come when the job is done, not within {target}; 0 GPUs, {hour}"
        return Alternative(f"batch transform on {_CPU}", "impossible", why)
    busy = "" if case.share_of_gpu is None else f" instead of a GPU used {case.share_of_gpu:.0%}"
    why = f"paid only while it runs, {hour}, 0 GPUs{busy}; how long it takes must be measured"
    return Alternative(
        f"batch transform on {_CPU}",
        "unknown",
        why,
        Estimate.unknown("USD", f"observed.throughput on {_CPU}"),
    )


def _elastic(case: Case) -> Alternative:
    life = catalog.life("elastic-inference")
    since = life.since if life else None
    newer = ", ".join(life.replaced_by) if life else ""
    why = f"Elastic Inference is gone: no new customers since {since}; {newer} took its place"
    return Alternative(f"{_CPU} with Elastic Inference", "impossible", why)


def _wide(case: Case, here: Instance) -> Alternative:
    """P3dn: right only where the link is the limit, all eight devices work, and it pays."""
    one = catalog.instance(_WIDE)
    option = f"ml.{_WIDE}"
    if one is None:
        return Alternative(option, "unknown", "not in the catalogue")
    share = serving_signals(case)["network"]
    bound = constant("network_bound_share")
    wider = (one.card_baseline_gbps or 0.0) / (here.card_baseline_gbps or 1.0)
    factor = _price_factor(one, here, case)
    near = nearest_hosted(one)
    parts = [
        f"{wider:.3g} times the bandwidth and {one.gpus} GPUs for {here.gpus}"
        + (f" at {factor:.3g} times the price" if factor else "")
    ]
    if share is not None:
        helps = "would help" if share >= bound else "buys nothing here"
        parts.append(f"at {share:.0%} of the link in use more of it {helps}")
    if "hosting" not in catalog.accepted_by(option):
        told = f"{option} cannot be hosted"
        parts.append(told + (f"; the nearest that can is {near.ml_name}" if near else ""))
        return Alternative(option, "impossible", "; ".join(parts))
    verdict = "unknown" if share is None else "better" if share >= bound else "worse"
    return Alternative(option, verdict, "; ".join(parts), _monthly(case, one))


def _price_factor(one: Instance, here: Instance, case: Case) -> float | None:
    """By hosting prices, else by EC2's, which the same types differ by alike."""
    for component in ("hosting", "training", "ec2"):
        left, right = case.price(one, component).expected, case.price(here, component).expected
        if left and right:
            return left / right
    return None


def _ecs(case: Case, here: Instance, usd: Estimate) -> Alternative:
    """The same machine under another orchestrator: cheaper by SageMaker's markup, as idle."""
    option = f"Amazon ECS on {here.name}"
    price = case.price(here, "ec2")
    month = price.scaled(_HOURS_PER_MONTH * case.work.count, "USD")
    busy = "" if case.share_of_gpu is None else f" {case.share_of_gpu:.0%}"
    told = f"the same {here.gpus} GPU, cores and link, so the GPU stays{busy} used"
    if here.retired:
        return Alternative(option, "impossible", f"{told}; {here.name} is gone from EC2", month)
    if month.expected is None or usd.expected is None:
        return Alternative(option, "unknown", told, month)
    less = 1 - month.expected / usd.expected
    why = f"{told}; {less:.0%} off the price, and scaling and deployment become yours"
    return Alternative(option, "worse", why, month)


def _monthly(case: Case, one: Instance) -> Estimate:
    return case.price(one).scaled(_HOURS_PER_MONTH * case.work.count, "USD")


def serving_mode_advice(case: Case, now: Row) -> Advice:
    """Real-time against SageMaker's other ways to serve, with their limits and prices."""
    usd = _current(case)
    options = (
        Alternative("real-time", "chosen", _told_now(case, now), usd),
        _asynchronous(case, now),
        _serverless(case),
        _batch(case, now),
    )
    good = [row for row in options[1:] if row.verdict == "better" and row.usd]
    best = min(good, key=_price, default=None)
    return Advice(
        subject="serving mode",
        recommend=f"serve by {best.option}" if best else "stay with real-time",
        because=_why_mode(case),
        saves_usd=saved(usd, best.usd) if best and best.usd else None,
        alternatives=options,
        field="traffic.realtime",
        change=best is not None,
    )


def _current(case: Case) -> Estimate:
    if case.here is None:
        return Estimate.unknown("USD", f"a price of {case.work.instance}")
    return _monthly(case, case.here)


def _told_now(case: Case, now: Row) -> str:
    size, most = _size(case), float(catalog.limit("endpoint_payload_safe").value)
    fits = "" if size <= most else ", and the payload is above it"
    limit = f"{format_bytes(most)} and {_seconds('endpoint_response_seconds')} a request{fits}"
    return f"{case.work.count} x {now.name}, paid whether called or not; {limit}"


def _why_mode(case: Case) -> str:
    waits = "somebody waits for the answer" if case.work.realtime else "nobody waits"
    return f"{waits}; requests are {format_bytes(_size(case))}"


def _size(case: Case) -> float:
    return max(case.work.payload_bytes or 0.0, case.work.response_bytes or 0.0)


def _seconds(name: str) -> str:
    return f"{float(catalog.limit(name).value):g} s"


def _asynchronous(case: Case, now: Row) -> Alternative:
    """The same machines behind a queue; down to none while it is empty."""
    most = float(catalog.limit("async_payload_maximum").value)
    what = f"through S3, up to {format_bytes(most)} a request, scales to zero"
    if case.work.realtime:
        return Alternative("asynchronous", "impossible", f"{what}; the answer is an object in S3")
    busy = _busy_instances(case, now)
    if busy is None:
        missing = "what one instance sustains, and traffic.requests_per_second"
        usd = Estimate.unknown("USD", missing)
        return Alternative("asynchronous", "unknown", what, usd)
    price = case.price(case.here) if case.here else Estimate.unknown("USD/hour")
    usd = price.scaled(_HOURS_PER_MONTH * busy, "USD")
    less = usd.known and (usd.expected or 0.0) < (_current(case).expected or 0.0)
    why = f"{what}; {busy:.2g} instances busy on average"
    return Alternative("asynchronous", "better" if less else "worse", why, usd)


def _busy_instances(case: Case, now: Row) -> float | None:
    """With a queue an instance can be full while it runs."""
    if case.rate is None or not now.sustained.expected:
        return None
    return case.rate * case.work.mean_share / now.sustained.expected


def _serverless(case: Case) -> Alternative:
    most = float(catalog.limit("serverless_payload_maximum").value)
    memory = float(catalog.limit("serverless_memory_maximum").value)
    limits = f"no GPU, {format_bytes(most)}, {_seconds('endpoint_response_seconds')}, {memory:g} MB"
    if case.here is not None and case.here.accelerators:
        return Alternative("serverless", "impossible", f"{limits}; this model uses a device")
    if _size(case) > most:
        return Alternative("serverless", "impossible", f"{limits}: too small for it")
    seen = case.work.seen
    if seen.latency_seconds is None or case.rate is None:
        return Alternative(
            "serverless", "unknown", limits, Estimate.unknown("USD", "observed.latency")
        )
    hours = case.rate * case.work.mean_share * seen.latency_seconds * _HOURS_PER_MONTH
    why = f"{limits}; {hours:,.0f} hours of serving a month, by memory"
    return Alternative(
        "serverless", "unknown", why, Estimate.unknown("USD", "a price of a GB-second")
    )


def _batch(case: Case, now: Row) -> Alternative:
    """The same machine, only as long as there is something to do."""
    most = format_bytes(float(catalog.limit("transform_payload_maximum").value))
    limits = f"{most} and {_seconds('transform_response_seconds')} a request"
    if case.work.realtime:
        return Alternative("batch transform", "impossible", f"{limits}; answers are files in S3")
    busy = _busy_instances(case, now)
    price = case.price(case.here, "transform") if case.here else None
    if busy is None or price is None or price.expected is None:
        missing = "what one instance sustains" if busy is None else "a price for transform"
        return Alternative("batch transform", "unknown", limits, Estimate.unknown("USD", missing))
    usd = price.scaled(_HOURS_PER_MONTH * busy, "USD")
    less = (usd.expected or 0.0) < (_current(case).expected or 0.0)
    hours = busy * _HOURS_PER_MONTH
    why = f"{limits}; {hours:.0f} instance-hours a month, if requests can be collected"
    return Alternative("batch transform", "better" if less else "worse", why, usd)
