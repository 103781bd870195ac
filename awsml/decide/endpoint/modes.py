"""SageMaker's four ways to serve, each with its limits and what a month of the load costs: real
time, asynchronous, serverless, batch transform."""

from __future__ import annotations

from awsml import catalog
from awsml.advice import Advice, Alternative
from awsml.basis import Basis, Estimate, weakest
from awsml.decide.endpoint.candidates import Row
from awsml.decide.endpoint.case import Case
from awsml.decide.endpoint.cold import cold_starts
from awsml.decide.endpoint.standing import too_large
from awsml.decide.saving import cheapest, saved
from awsml.estimate.endpoint import in_flight
from awsml.units import HOURS_PER_MONTH, format_bytes

_SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600
_MEMORY_PRICE = "sagemaker-serverless-memory"
_AT_ONCE = "serverless_concurrency_maximum"


def serving_mode_advice(case: Case, now: Row) -> Advice:
    """Real-time against the others. What cannot be used is priced all the same."""
    usd = case.month(case.here)
    large = too_large(case)
    options = (
        Alternative(
            "real-time", "impossible" if large else "chosen", _told_now(case, now, large), usd
        ),
        _asynchronous(case, now, usd, large),
        _serverless(case, usd),
        _batch(case, now, usd),
    )
    best = cheapest(options)
    return Advice(
        subject="serving mode",
        recommend=_recommend(best, large),
        because=_why_mode(case),
        saves_usd=saved(usd, best.usd) if best and best.usd and not large else None,
        alternatives=options,
        field="traffic.realtime",
        change=best is not None,
    )


def _recommend(best: Alternative | None, large: tuple[str, float] | None) -> str:
    if best is not None:
        return f"serve by {best.option}"
    if large is None:
        return "stay with real-time"
    return f"none takes a {large[0]} of {format_bytes(large[1])}: send less"


def _told_now(case: Case, now: Row, large: tuple[str, float] | None) -> str:
    most = float(catalog.limit("endpoint_payload_safe").value)
    fits = f", and the {large[0]} is {format_bytes(large[1])}" if large else ""
    limits = f"{format_bytes(most)} and {_limit('endpoint_response_seconds')} a request"
    return f"{case.running.expected:.3g} x {now.name}, paid whether called or not; {limits}{fits}"


def _why_mode(case: Case) -> str:
    waits = "somebody waits for the answer" if case.work.realtime else "nobody waits"
    size = _size(case)
    return f"{waits}; requests are {format_bytes(size) if size else 'of unknown size'}"


def _size(case: Case) -> float:
    return max(case.work.payload_bytes or 0.0, case.work.response_bytes or 0.0)


def _limit(name: str) -> str:
    return f"{float(catalog.limit(name).value):g} s"


def _asynchronous(
    case: Case, now: Row, real_time: Estimate, large: tuple[str, float] | None
) -> Alternative:
    """The same machines behind a queue; down to none while it is empty."""
    most = float(catalog.limit("async_payload_maximum").value)
    limits = f"{format_bytes(most)} and {_limit('async_response_seconds')} a request"
    what = f"through S3, {limits}, scales to zero"
    price = case.price(case.here) if case.here else Estimate.unknown("USD/hour")
    usd, busy = _while_busy(case, now, price)
    why = what if busy is None else f"{what}; {busy:.2g} instances busy on average"
    if (case.work.payload_bytes or 0.0) > most:
        return Alternative("asynchronous", "impossible", why, usd)
    if large:
        why += "; the answer is an object, which whoever waits has to look for"
        return Alternative("asynchronous", "better", why, usd)  # nothing else takes the bytes
    if case.work.realtime:
        return Alternative("asynchronous", "impossible", f"{why}; the answer is an object", usd)
    return Alternative("asynchronous", _verdict(usd, real_time), why, usd)


def _batch(case: Case, now: Row, real_time: Estimate) -> Alternative:
    """The same machine, only as long as there is something to do."""
    most = float(catalog.limit("transform_payload_maximum").value)
    what = f"{format_bytes(most)} and {_limit('transform_response_seconds')} a request"
    price = case.price(case.here, "transform") if case.here else Estimate.unknown("USD/hour")
    usd, busy = _while_busy(case, now, price)
    hours = "" if busy is None else f"; {busy * HOURS_PER_MONTH:,.0f} instance-hours a month"
    why = f"{what}{hours}"
    if (case.work.payload_bytes or 0.0) > most:
        return Alternative("batch transform", "impossible", why, usd)
    if case.work.realtime:
        return Alternative("batch transform", "impossible", f"{why}; answers are files in S3", usd)
    why += ", if requests can be collected"
    return Alternative("batch transform", _verdict(usd, real_time), why, usd)


def _while_busy(case: Case, now: Row, price: Estimate) -> tuple[Estimate, float | None]:
    """A month of the instances that the mean load fills: behind a queue none has to wait."""
    if case.rate is None or not now.sustained.expected:
        missing = ["traffic.requests_per_second"] if case.rate is None else []
        return Estimate.unknown("USD", *missing, *now.sustained.missing), None
    busy = case.rate * case.work.mean_share / now.sustained.expected
    return price.scaled(HOURS_PER_MONTH * busy, "USD"), busy


def _verdict(usd: Estimate, real_time: Estimate) -> str:
    if usd.expected is None or real_time.expected is None:
        return "unknown"
    return "better" if usd.expected < real_time.expected else "worse"


def _serverless(case: Case, real_time: Estimate) -> Alternative:
    """By memory and time of each request; nothing is paid in between."""
    usd, told = _serverless_month(case)
    refusal = _not_serverless(case)
    if refusal is not None:
        return Alternative("serverless", "impossible", f"{_serverless_limits()}; {refusal}", usd)
    why = f"{_serverless_limits()}; {told}" if told else _serverless_limits()
    verdict = _verdict(usd, real_time)
    if case.work.realtime and case.work.p99_seconds is not None:
        cold = cold_starts(case)
        why += f"; {cold.told}" if cold else ""
        if verdict == "better" and (cold is None or not cold.kept):
            verdict = "worse" if cold is not None and cold.broken else "unknown"
    return Alternative("serverless", verdict, why, usd)


def _serverless_limits() -> str:
    payload = format_bytes(float(catalog.limit("serverless_payload_maximum").value))
    memory = float(catalog.limit("serverless_memory_maximum").value)
    at_once = float(catalog.limit(_AT_ONCE).value)
    seconds = _limit("endpoint_response_seconds")
    return f"no GPU, {payload} and {seconds} a request, {memory:g} MB, {at_once:g} at a time"


def _not_serverless(case: Case) -> str | None:
    """Why AWS would not serve this model so."""
    if case.here is not None and case.here.accelerators:
        return "this model uses a device"
    if _size(case) > float(catalog.limit("serverless_payload_maximum").value):
        return f"requests are {format_bytes(_size(case))}"
    needed, most = _memory_mb(case), float(catalog.limit("serverless_memory_maximum").value)
    if needed is not None and needed > most:
        return f"this model takes {needed:,.0f} MB"
    seconds, at_once = case.work.seen.latency_seconds, catalog.limit(_AT_ONCE).value
    if seconds is not None and case.rate is not None and in_flight(case.rate, seconds) > at_once:
        return f"{in_flight(case.rate, seconds):,.0f} requests are in flight"
    return None


def _memory_mb(case: Case) -> float | None:
    """What is in use on the machine that was measured; an upper bound of what the model takes."""
    share, machine = case.work.seen.signals.get("memory"), case.measured_on
    if share is None or machine is None or machine.memory_gib is None:
        return None
    return share * machine.memory_gib * 1024


def _serverless_month(case: Case) -> tuple[Estimate, str]:
    """Dollars of the GB-seconds, and how they come about. Data in and out cost as in real time."""
    rate, seconds = case.rate, case.work.seen.latency_seconds
    if rate is None or seconds is None:
        names = ("traffic.requests_per_second", rate), ("observed.latency", seconds)
        return Estimate.unknown("USD", *(name for name, value in names if value is None)), ""
    machine = case.measured_on or case.here
    if machine is not None and machine.accelerators:
        return Estimate.unknown("USD", "observed.latency on a machine without a device"), ""
    price = catalog.storage_price(_MEMORY_PRICE, case.region) if case.region else None
    serving = rate * case.work.mean_share * seconds * _SECONDS_PER_MONTH
    sizes = _sizes_gb(case)
    least, most = sizes[0], sizes[-1]
    size = f"{least:g} GB" if least == most else f"{least:g} to {most:g} GB (observed.memory tells)"
    told = f"{serving / 3600:,.0f} hours of serving a month with {size}, if as fast there"
    if price is None:
        where = case.region or "a region"
        return Estimate.unknown("USD", f"a price of a GB-second in {where}"), told
    usd = float(price.usd) * serving
    basis = weakest((price.fact.basis, Basis.ESTIMATED))
    return Estimate(usd * least, usd * sizes[len(sizes) // 2], usd * most, "USD", basis), told


def _sizes_gb(case: Case) -> list[float]:
    """The smallest size that holds the model; all of them where nothing tells."""
    step = float(catalog.limit("serverless_memory_step").value)
    count = round(float(catalog.limit("serverless_memory_maximum").value) / step)
    sizes = [step * number / 1024 for number in range(1, count + 1)]
    needed = _memory_mb(case)
    return sizes if needed is None else [s for s in sizes if s * 1024 >= needed][:1] or sizes[-1:]
