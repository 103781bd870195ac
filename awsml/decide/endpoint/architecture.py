"""Other architectures for an endpoint, each with a number: batch transform, Elastic Inference,
P3dn, ECS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from awsml import catalog
from awsml.advice import Advice, Alternative
from awsml.basis import Estimate
from awsml.catalog import Instance
from awsml.decide.endpoint.candidates import Row
from awsml.decide.endpoint.case import Case, constant
from awsml.decide.endpoint.diagnosis import serving_signals
from awsml.decide.endpoint.fleet import counted_told
from awsml.decide.endpoint.hosts import nearest_hosted
from awsml.decide.saving import cheapest, saved
from awsml.estimate.cost_lines import product
from awsml.units import HOURS_PER_MONTH, counted, format_usd

_CPU = "ml.m5.xlarge"
_WIDE = "p3dn.24xlarge"


def architecture_advice(case: Case, rows: Sequence[Row]) -> Advice | None:
    """The four ways that are usually named for an idle GPU; only where there is a GPU."""
    here = case.here
    if here is None or not here.gpus:
        return None
    usd = case.month(here)
    options = (_transform(case), _elastic(case), _wide(case, here), _ecs(case, here, usd))
    best = cheapest(options)
    carrying = [row for row in rows if row.month is not None]
    least = min(carrying, key=lambda row: row.month or 0.0, default=None)
    return Advice(
        subject="architecture",
        recommend=best.option if best else "none of the four; see the advice about instances",
        because=_network_told(case, here),
        saves_usd=saved(usd, best.usd) if best and best.usd else None,
        alternatives=options,
        field="compute.instance",
        notes=tuple(_compared(best, least)),
        change=best is not None,
    )


def _compared(best: Alternative | None, least: Row | None) -> Iterator[str]:
    if least is None:
        return
    many = counted_told(least.fleet, least.instances)
    told = f"{many} {least.name} carry the load for {format_usd(least.month or 0.0)}"
    known = best.usd.expected if best is not None and best.usd else None
    other = "" if best is None or known is None else f"; {best.option} costs {format_usd(known)}"
    yield f"{told} a month{other}"


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
        f"{wider:.3g} times the bandwidth and {counted(one.gpus, 'GPU')} for {here.gpus}"
        + (f" at {factor:.3g} times the price" if factor else "")
    ]
    if share is not None:
        helps = "would help" if share >= bound else "buys nothing here"
        parts.append(f"at {share:.0%} of the link in use more of it {helps}")
    each = _each_request(one, here, factor, case)
    if each is not None:
        parts.append(
            f"a request costs {each:.3g} times as much, with {counted(one.gpus, 'GPU')} in full use"
        )
    if "hosting" not in catalog.accepted_by(option):
        told = f"{option} cannot be hosted"
        parts.append(told + (f"; the nearest that can is {near.ml_name}" if near else ""))
        return Alternative(option, "impossible", "; ".join(parts))
    if share is None or each is None:
        return Alternative(option, "unknown", "; ".join(parts), case.month(one))
    verdict = "better" if share >= bound and each < 1 else "worse"
    return Alternative(option, verdict, "; ".join(parts), case.month(one))


def _each_request(one: Instance, here: Instance, factor: float | None, case: Case) -> float | None:
    """Dollars of a request against those of today: price over what both sustain."""
    wide, now = case.rates(one).sustained.expected, case.rates(here).sustained.expected
    return factor * now / wide if factor and wide and now else None


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
    month = product(price, case.running, "USD").scaled(HOURS_PER_MONTH)
    busy = "" if case.share_of_gpu is None else f" {case.share_of_gpu:.0%}"
    told = f"the same {here.gpus} GPU, cores and link, so the GPU stays{busy} used"
    if here.retired:
        return Alternative(option, "impossible", f"{told}; {here.name} is gone from EC2", month)
    if month.expected is None or usd.expected is None:
        return Alternative(option, "unknown", told, month)
    less = 1 - month.expected / usd.expected
    why = f"{told}; {less:.0%} off the price, and scaling and deployment become yours"
    return Alternative(option, "worse", why, month)
