"""The advice about what a search costs: a row for each option, and the savings of each lever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from awsml.advice import Advice, Alternative
from awsml.basis import Estimate
from awsml.decide.saving import saved
from awsml.decide.tuning.case import SearchCase
from awsml.decide.tuning.options import Option, count_text, trials_text, usd_text
from awsml.units import counted

_TIE_SHARE = 0.005


def search_advice(now: SearchCase, options: list[Option]) -> Advice:
    """What to change for the same quality, what each option comes to, and why others lose."""
    gains = [o for o in options if o.fixes and not o.impossible and _gain(now, o) > 0]
    best = _together(now, gains)
    before, after = now.total_usd, best.total_usd
    return Advice(
        subject="tuning cost",
        recommend=" and ".join(o.name for o in gains) if gains else "keep it as it is",
        because=_because(now, best),
        saves_usd=saved(before, after),
        saves_seconds=saved(now.wall, best.wall),
        alternatives=tuple(_row(now, option) for option in options),
        field=gains[0].fixes[0].field if gains else "budget.parallel",
        fixes=tuple(fix for option in gains for fix in option.fixes),
        notes=tuple(_notes(now)),
        change=bool(gains),
    )


def savings_block(now: SearchCase, options: list[Option]) -> list[dict[str, Any]]:
    """What each lever saves against the scenario as it stands, and on what condition."""
    return [
        {
            "lever": option.lever,
            "usd": saved((option.instead_of or now).total_usd, option.case.total_usd).as_json(),
            "condition": option.condition,
        }
        for option in options
        if option.condition and not option.impossible
    ]


def _together(now: SearchCase, gains: list[Option]) -> SearchCase:
    """All gains at once: fewer at a time and fitting scales do not exclude each other."""
    case = now
    for option in gains:
        case = replace(
            case,
            workload=replace(case.workload, parallel=option.case.workload.parallel)
            if option.case.workload.parallel != now.workload.parallel
            else case.workload,
            scales=option.case.scales if option.case.scales != now.scales else case.scales,
        )
    return case


def _row(now: SearchCase, option: Option) -> Alternative:
    usd, before = option.case.total_usd, now.total_usd
    return Alternative(
        option.name,
        _verdict(now, option),
        _said(option, usd, before),
        usd,
        option.case.wall,
    )


def _verdict(now: SearchCase, option: Option) -> str:
    if option.impossible:
        return "impossible"
    if option.kept:
        return "chosen"
    usd, before = option.case.total_usd.expected, now.total_usd.expected
    if option.short or usd is None or before is None:
        return option.short or "unknown"
    if abs(usd - before) > _TIE_SHARE * before:
        return "better" if usd < before else "worse"
    reaches = _reach(now, option)
    return "equal" if not reaches else "better" if reaches > 0 else "worse"


def _reach(now: SearchCase, option: Option) -> float:
    """For the same dollars: how much more of the space a trial covers with other scales."""
    return (now.penalty.expected or 1.0) - (option.case.penalty.expected or 1.0)


def _said(option: Option, usd: Estimate, before: Estimate) -> str:
    if usd.expected is None or before.expected is None or option.kept:
        return option.why
    return f"{usd_text(usd)} against {usd_text(before)}: {option.why}"


def _because(now: SearchCase, best: SearchCase) -> str:
    if now.workload.target is None:
        wider = (now.penalty.expected or 1.0) / (best.penalty.expected or 1.0)
        more = f"find as much as {wider:.1f} times as many would now, and " if wider > 1.05 else ""
        return (
            f"{trials_text(now.needed)} {more}cost {usd_text(now.total_usd)} at any number; "
            "only a `target` says how many are needed"
        )
    return (
        f"{trials_text(best.needed)} and {usd_text(best.total_usd)} to the target, against "
        f"{count_text(now.needed)} and {usd_text(now.total_usd)} as written"
    )


def _notes(now: SearchCase) -> Iterator[str]:
    needed, trials = now.needed.expected, now.trials
    if now.workload.target and needed is not None and trials is not None and trials < needed:
        budget = counted(trials, "trial")
        yield f"the budget of {budget} is below the {needed:.0f} that the target takes"
    if any(job.training.spot and job.training.spot.checkpoints for job in now.workload.jobs):
        yield (
            "AWS documents no separation of checkpoints between trials: let the script write below "
            "its TRAINING_JOB_NAME"
        )
    yield (
        "trials to a target are fitted on test functions: rank options by them, and trust your "
        "own earlier searches more"
    )


def _gain(now: SearchCase, option: Option) -> float:
    """Dollars saved, else trials, else what the same trials find more."""
    if now.workload.target is None and option.case.needed == now.needed:
        return _reach(now, option)
    usd, before = option.case.total_usd.expected, now.total_usd.expected
    if usd is None or before is None:
        before, usd = now.needed.expected, option.case.needed.expected
    return 0.0 if usd is None or before is None else before - usd
