"""What to do about a cluster that scales badly, cheapest first: settings, parts, machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from awsml.advice import Advice, Alternative
from awsml.basis import Estimate
from awsml.decide.cluster.rent import Option
from awsml.decide.cluster.scaling import Answer
from awsml.decide.cluster.settings import BETTER, Wanted, Way, best_measured, first_gain
from awsml.decide.cluster.ways import ways
from awsml.estimate.scaling_series import Point
from awsml.units import counted, format_rate, format_usd


def advise(
    answer: Answer, rent: Sequence[Option], wanted: Wanted, asked: bool = False
) -> tuple[Advice, ...]:
    """One advice on how to get more out of it; without measurements, to measure. `asked` is
    whether predictions are wanted."""
    now = best_measured(answer)
    if now is None:
        return (_measure(wanted, asked),)
    fitted, point = now
    found = ways(answer, fitted, point, rent, wanted)
    chosen = first_gain(found, point, wanted)
    rows = [_row(way, way is chosen, point, wanted) for way in found]
    gpus = counted(point.gpus, "GPU")
    subject = f"{gpus} at {point.throughput:g} samples/s"
    single = fitted.single
    share = point.throughput / point.gpus / single.throughput if single else None
    now_text = f"{fitted.strategy} on {gpus} reaches {point.throughput:g} samples/s"
    if share is not None:
        now_text += f", {share:.0%} of {counted(point.gpus, 'single GPU')}"
    notes = tuple(_notes(answer, wanted, chosen))
    if chosen is None:
        recommend = "leave it as it is" if not wanted.throughput else "no way reaches the target"
        return (Advice(subject, recommend, now_text, None, None, tuple(rows), notes=notes),)
    return (
        Advice(
            subject,
            chosen.option,
            f"{now_text}; {chosen.why}",
            None,
            _saved(chosen, point),
            tuple(rows),
            notes=notes,
        ),
    )


def _measure(wanted: Wanted, asked: bool) -> Advice:
    """No rate follows from cards alone: how far they share their links has to be seen."""
    open_ = ["`questions.predict`"] if asked else []
    open_ += ["`questions.target_throughput`"] if wanted.throughput is not None else []
    open_ += ["`questions.budget`"] if wanted.budget_usd is not None else []
    unanswered = f", so {', '.join(open_)} cannot be answered" if open_ else ""
    return Advice(
        "measurements",
        "measure on these machines: `awsml cluster bench`",
        f"there are no measurements on one node{unanswered}",
        Estimate.unknown("USD", "measurements on 1 GPU and on some more"),
        change=False,
    )


def _row(way: Way, chosen: bool, point: Point, wanted: Wanted) -> Alternative:
    rate, beyond = way.throughput.expected, _beyond(way, wanted.budget_usd)
    if not way.possible or beyond == "above":
        verdict = "impossible"
    elif rate is None:
        verdict = "unknown"
    elif chosen:
        verdict = "chosen"
    elif rate < point.throughput * BETTER:
        verdict = "worse"
    else:
        verdict = "unknown" if beyond else "better"
    low, high = way.throughput.low, way.throughput.high
    span = (
        f" ({format_rate(low)} to {format_rate(high)} samples/s)"
        if low and high and low != high
        else ""
    )
    seconds = None if rate is None else _seconds(way.throughput)
    why = way.why + span
    if beyond and wanted.budget_usd is not None:
        is_it = "dearer than" if beyond == "above" else "at an unknown price, against"
        why += f"; {is_it} the budget of {format_usd(wanted.budget_usd)}"
    return Alternative(way.option, verdict, why, way.usd, seconds)


def _beyond(way: Way, budget_usd: float | None) -> str:
    """Whether it is dearer than the budget, or may be; empty where it is neither."""
    usd = way.usd.expected
    if budget_usd is None or not way.possible:
        return ""
    return "unknown" if usd is None else "above" if usd > budget_usd else ""


def _seconds(rate: Estimate) -> Estimate:
    """Of a million samples; the highest rate takes the least time."""
    ends = (rate.high, rate.expected, rate.low)
    low, expected, high = (1e6 / end if end else None for end in ends)
    return Estimate(low, expected, high, "seconds", rate.basis)


def _saved(way: Way, point: Point) -> Estimate:
    """On a million samples."""
    now, then = 1e6 / point.throughput, _seconds(way.throughput)
    ends = (then.high, then.expected, then.low)
    low, expected, high = (None if end is None else now - end for end in ends)
    return Estimate(low, expected, high, "seconds", way.throughput.basis)


def _notes(answer: Answer, wanted: Wanted, chosen: Way | None) -> Iterator[str]:
    years = answer.hardware.years
    yield (
        "time is that of a million samples; dollars are paid once, and rent for "
        f"{years:g} years of the same work"
    )
    if wanted.throughput is not None:
        text = f"{wanted.throughput:g} samples/s are wanted"
        low = chosen.throughput.low if chosen else None
        if low is not None and low < wanted.throughput:
            text += f"; the lower end of this way is {format_rate(low)}"
        yield text
    unexplained = [flag for flag in answer.flags if "measure" in flag.message]
    if unexplained:
        yield f"{counted(len(unexplained), 'point')} to be measured again before money is spent"
