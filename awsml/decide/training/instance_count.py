"""How many instances a training job pays for, from throughputs measured on its type, and what a
faster network between them would be worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from awsml import catalog
from awsml.advice import Advice, Alternative
from awsml.basis import Estimate, weakest
from awsml.catalog import Instance
from awsml.catalog.cards import card
from awsml.cluster import Hardware, Transformer
from awsml.decide.decision import Grounds
from awsml.decide.training.evidence import Evidence
from awsml.errors import AwsmlError, UsageError
from awsml.estimate.measured import SAMPLES
from awsml.estimate.scaling import Fit, fit, form_of
from awsml.estimate.scaling_prediction import FARTHEST, expected_at, predict
from awsml.estimate.scaling_series import arranged
from awsml.finding import Confidence, Finding, Level
from awsml.readers.measurements import read_measurements
from awsml.units import counted, format_duration, format_rate, format_usd
from awsml.workload.training import TrainingWorkload

FIELD = "workload.scaling"


@dataclass(frozen=True, slots=True)
class Counted:
    """Advice on the count of instances, and a complaint where its measurements cannot be read."""

    advice: Advice | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    count: int
    throughput: Estimate | None
    seconds: Estimate
    usd: Estimate
    why: str


def instance_count(now: Evidence, grounds: Grounds) -> Counted:
    """Nothing without measurements and a GPU type."""
    try:
        scaled = _scaled(now.workload, grounds)
    except AwsmlError as error:
        return Counted(findings=(_unreadable(error),))
    return Counted() if scaled is None else Counted(_advice(*scaled, now))


def with_scaling(workload: TrainingWorkload, grounds: Grounds) -> TrainingWorkload:
    """The same job at the rate that its measurements give its count of instances; a rate that is
    stated or was measured on the job itself stands."""
    stated = workload.samples_per_second or workload.compute_seconds is not None
    if stated or SAMPLES in grounds.measured:
        return workload
    try:
        scaled = _scaled(workload, grounds)
    except AwsmlError:  # told beside the advice
        return workload
    if scaled is None:
        return workload
    best, here, hardware = scaled
    found = predict(best, workload.count * here.gpus, hardware).throughput
    if found is None or found.expected is None:
        return workload
    ends = (found.low, found.high) if found.low and found.high else None
    return replace(workload, samples_per_second=found.expected, rate_ends=ends)


def _scaled(workload: TrainingWorkload, grounds: Grounds) -> tuple[Fit, Instance, Hardware] | None:
    """The best strategy of the measurements on the job's type."""
    file, here = workload.scaling_file, catalog.instance(workload.instance or "")
    if file is None or here is None or not here.gpus or here.accelerator is None:
        return None
    path = grounds.local_path(FIELD, file) if grounds.local_path else file
    measured = read_measurements(_text(path), path)
    hardware = _hardware(here)
    known = card(here.accelerator.name)
    form = form_of(hardware, known.peer if known else None)
    model = Transformer(parameters=workload.parameters)
    names = list(dict.fromkeys(point.strategy for point in measured.points))
    fits = [fit(arranged(name, measured.points), hardware, model, form) for name in names]
    return max(fits, key=lambda each: each.largest.throughput), here, hardware


def _hardware(here: Instance) -> Hardware:
    gbps = here.network_baseline_gbps
    return Hardware(
        gpus=here.gpus,
        card=here.accelerator.name if here.accelerator else None,
        network_bits_per_second=gbps * 1e9 if gbps else None,
    )


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise UsageError(
            message, hint="name a CSV beside the scenario", slug=_UNREADABLE
        ) from error


_UNREADABLE = "measurements-unreadable"


def _unreadable(error: AwsmlError) -> Finding:
    message, hint = error.message, error.hint
    return Finding(_UNREADABLE, Level.ERROR, message, hint, Confidence.VERIFIED, field=FIELD)


def _advice(best: Fit, here: Instance, hardware: Hardware, now: Evidence) -> Advice:
    rows = [_row(count, best, here, hardware, now) for count in _counts(best, here, now)]
    limit = now.workload.runtime_limit_seconds
    in_time = [row for row in rows if row.usd.expected is not None and _ends(row, limit)]
    cheapest = min(in_time, key=lambda row: row.usd.expected or 0.0, default=None)
    mine = next(row for row in rows if row.count == now.workload.count)
    recommend = "measure first" if cheapest is None else _instances(cheapest.count, here.name)
    if all(row.usd.expected is None for row in rows if row.throughput):
        recommend = "say how many samples there are, for hours and dollars"
    changed = cheapest is not None and cheapest.count != mine.count
    return Advice(
        subject="instances",
        recommend=recommend,
        because=mine.why,
        saves_usd=_less(mine.usd, cheapest.usd) if cheapest and changed else None,
        saves_seconds=_less(mine.seconds, cheapest.seconds) if cheapest and changed else None,
        alternatives=tuple(_alternative(row, cheapest, mine) for row in rows),
        field="compute.count",
        notes=tuple(_network_notes(best, here, hardware)),
        change=changed,
    )


def _instances(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} of {name}"


def _counts(best: Fit, here: Instance, now: Evidence) -> list[int]:
    """1, 2, 4, ... as far as measurements reach, and the count of the scenario."""
    most = max(1, FARTHEST * best.largest.gpus // here.gpus)
    doubled = {2**power for power in range(most.bit_length()) if 2**power <= most}
    return sorted(doubled | {now.workload.count})


def _row(count: int, best: Fit, here: Instance, hardware: Hardware, now: Evidence) -> _Row:
    gpus = count * here.gpus
    found = predict(best, gpus, hardware)
    missing = Estimate.unknown("seconds", found.measure)
    if found.throughput is None:
        why = f"{counted(gpus, 'GPU')}: {found.because}; measure {found.measure}"
        return _Row(count, None, missing, Estimate.unknown("USD", found.measure), why)
    seconds = _seconds(found.throughput, now)
    usd = _dollars(seconds, now, count)
    single = best.single
    share = (found.throughput.expected or 0.0) / gpus / single.throughput if single else None
    does = "does" if gpus == 1 else "do"
    why = f"{counted(gpus, 'GPU')} {does} {format_rate(found.throughput.expected or 0.0)} samples/s"
    why += f", {share:.0%} of as many single ones" if share is not None else ""
    return _Row(count, found.throughput, seconds, usd, why)


def _seconds(throughput: Estimate, now: Evidence) -> Estimate:
    samples, epochs = now.workload.samples, now.workload.epochs
    if not samples or not epochs:
        return Estimate.unknown("seconds", "workload.samples, workload.epochs")
    low, expected, high = (
        samples * epochs / end if end else None
        for end in (throughput.high, throughput.expected, throughput.low)
    )
    return Estimate(low, expected, high, "seconds", throughput.basis)


def _dollars(seconds: Estimate, now: Evidence, count: int) -> Estimate:
    price = now.usd_per_hour.expected
    if seconds.expected is None or price is None:
        return Estimate.unknown("USD", *(*seconds.missing, *now.usd_per_hour.missing))
    return seconds.scaled(price * count / 3600, "USD")


def _ends(row: _Row, limit: float) -> bool:
    return row.seconds.expected is not None and row.seconds.expected <= limit


def _less(mine: Estimate, other: Estimate) -> Estimate:
    """What is saved; the worst case sets the other's high end against mine."""
    if mine.expected is None or other.expected is None:
        return Estimate.unknown(mine.unit, *(*mine.missing, *other.missing))
    ends = sorted(
        (a - b)
        for a, b in ((mine.low, other.high), (mine.high, other.low))
        if a is not None and b is not None
    )
    low, high = (ends[0], ends[-1]) if ends else (None, None)
    basis = weakest((mine.basis, other.basis))
    return Estimate(low, mine.expected - other.expected, high, mine.unit, basis)


def _alternative(row: _Row, cheapest: _Row | None, mine: _Row) -> Alternative:
    if row.throughput is None or row.seconds.expected is None:
        verdict = "unknown"
    elif row is cheapest:
        verdict = "chosen"
    else:
        verdict = "worse"
    why = row.why
    if cheapest and row is not cheapest and row.usd.expected and row.seconds.expected:
        why += _hour_price(row, cheapest)
    return Alternative(str(row.count), verdict, why, row.usd, row.seconds)


def _hour_price(row: _Row, cheapest: _Row) -> str:
    """Dollars for each hour that the larger count saves."""
    saved = (cheapest.seconds.expected or 0.0) - (row.seconds.expected or 0.0)
    more = (row.usd.expected or 0.0) - (cheapest.usd.expected or 0.0)
    if saved <= 0:
        return f"; {format_duration(-saved)} later than {cheapest.count}"
    return f"; each hour saved costs {format_usd(more / saved * 3600)}"


def _network_notes(best: Fit, here: Instance, hardware: Hardware) -> Sequence[str]:
    """What two instances lose to the network, which is the most that a faster one can win."""
    if not best.curves:
        return []
    two = 2 * here.gpus
    found = expected_at(best, two, hardware).throughput
    free = replace(best, curves=tuple(replace(curve, network=0.0) for curve in best.curves))
    most = free.throughput(two, 2, None)
    if found is None or not found.expected or not math.isfinite(most):
        return []
    gain = most / found.expected - 1
    if gain < 0.01:
        return [f"the network of {here.network} is not what two {here.name} wait for"]
    text = (
        f"two {here.name} would do {format_rate(most)} instead of "
        f"{format_rate(found.expected)} samples/s if the "
        f"network cost nothing: a type with a faster one pays below {gain:.0%} more an hour"
    )
    return [text]
