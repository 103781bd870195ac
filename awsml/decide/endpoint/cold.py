"""Whether serverless keeps a latency for 99 % of the requests: how often it starts cold, how long
that takes, and where the answer flips."""

from __future__ import annotations

from typing import NamedTuple

from awsml import catalog
from awsml.basis import Estimate, weakest
from awsml.decide.endpoint.case import Case
from awsml.estimate.cold_starts import cold_share, rate_of_share
from awsml.units import format_duration, format_rate

_MAY_BE_LATE = 0.01  # a latency for 99 % lets so many be later


class Cold(NamedTuple):
    """`kept`: the target is met at the worst of the range; `broken`: it is not in expectation."""

    kept: bool
    broken: bool
    told: str


def cold_starts(case: Case) -> Cold | None:
    """None where no latency is asked for, or no load or time to serve is known."""
    target, seconds, peak = case.work.p99_seconds, case.work.seen.latency_seconds, case.rate
    if target is None or seconds is None or not peak:
        return None
    if seconds > target:
        late = f"an answer alone takes {format_duration(seconds)}"
        return Cold(False, True, f"{late} of the {format_duration(target)} asked for")
    rate = peak * case.work.mean_share
    share, length = _share(rate, seconds), catalog.ranged("serverless_cold_seconds")
    kept = _most(share) <= _MAY_BE_LATE or _most(length) <= target
    often = (share.expected or 0.0) > _MAY_BE_LATE
    long = (length.expected or 0.0) > target
    told = (
        f"{_percent(share.expected)} of the requests ({_percent(share.low)} to "
        f"{_percent(share.high)}) start a container, at {format_rate(rate)} a second in the mean, "
        f"and take {_spelled(length)}, both assumed"
    )
    asked = f"{format_duration(target)} for 99 %"
    if kept:
        return Cold(True, False, f"{told}: {asked} is kept")
    verdict = f"{asked} is {'broken' if often and long else 'not sure'}"
    flip = _flip(case, seconds, length)
    return Cold(False, often and long, f"{told}: {verdict}; {flip}")


def _share(rate: float, seconds: float) -> Estimate:
    """Of the requests; the longer an idle container is kept, the fewer start cold."""
    kept = catalog.ranged("serverless_kept_seconds")
    low, expected, high = (
        cold_share(rate, seconds, each or 0.0) for each in (kept.high, kept.expected, kept.low)
    )
    return Estimate(low, expected, high, "1", weakest((kept.basis,)))


def _flip(case: Case, seconds: float, length: Estimate) -> str:
    kept = catalog.ranged("serverless_kept_seconds")
    surely = rate_of_share(_MAY_BE_LATE, seconds, kept.low or 0.0) / case.work.mean_share
    return (
        f"serverless keeps it from traffic.p99 of {format_duration(_most(length))}, or from "
        f"{format_rate(surely)} requests a second at the peak, where fewer than 1 % start cold; "
        "ModelSetupTime of a test endpoint tells"
    )


def _most(estimate: Estimate) -> float:
    return estimate.high if estimate.high is not None else float("inf")


def _percent(share: float | None) -> str:
    return f"{(share or 0.0) * 100:.2g}%"


def _spelled(length: Estimate) -> str:
    low, expected, high = (
        format_duration(each or 0.0) for each in (length.low, length.expected, length.high)
    )
    return f"{expected} ({low} to {high})"
