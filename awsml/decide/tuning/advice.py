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
from awsml.finding import Fix
from awsml.units import counted

_TIE_SHARE = 0.005
# Of the dollars: a longer search that saves less is offered, and not recommended.
_WORTH_WAITING = 0.15
# Closer than this to the trials that the target takes, the budget stays as it is.
_NEAR_ENOUGH = 0.05


def search_advice(now: SearchCase, options: list[Option]) -> Advice:
    """What to change for the same quality, what each option comes to, and why others lose. What
    is saved is a part of what the plan costs, which runs all trials of its budget."""
    gains = [o for o in options if o.fixes and not o.impossible and _worth(now, o)]
    best = _together(now, gains)
    trials = _trials_option(now, best)
    changes = [*gains, *([trials] if trials else [])]
    after = trials.case if trials else _planned(best)
    return Advice(
        subject="tuning cost",
        recommend=" and ".join(o.name for o in changes) or _kept(options),
        because=_because(now, best),
        saves_usd=saved(_planned(now).total_usd, after.total_usd),
        saves_seconds=saved(_planned(now).wall, after.wall),
        alternatives=(*(_row(now, option) for option in options), *_trials_row(now, trials)),
        field=changes[0].fixes[0].field if changes else "budget.parallel",
        fixes=tuple(fix for option in changes for fix in option.fixes),
        notes=tuple(_notes(now, trials)),
        change=bool(changes),
    )


def _worth(now: SearchCase, option: Option) -> bool:
    """A gain, and one that pays for the time where it takes longer."""
    gain, usd = _gain(now, option), now.total_usd.expected
    longer = (option.case.wall.expected or 0.0) > (now.wall.expected or 0.0)
    if longer and usd and now.workload.target is not None:
        return gain > _WORTH_WAITING * usd
    return gain > 0


def _planned(case: SearchCase) -> SearchCase:
    """What AWS runs: all trials of the budget, whether the target is reached or not."""
    return case if case.trials is None else case.with_(target=None)


def _trials_option(now: SearchCase, best: SearchCase) -> Option | None:
    """The budget that reaches the target with the other changes: AWS stops at no target, so only
    fewer trials cost less; too few do not reach it."""
    needed, had, work = best.needed.expected, now.trials, now.workload
    if work.target is None or work.strategy == "grid" or needed is None or had is None:
        return None
    count = max(1, round(needed))
    case = _planned(replace(best, trials=count))
    limit, usd = work.cost_limit_usd, case.total_usd.expected
    too_dear = limit is not None and usd is not None and usd > float(limit)
    if abs(count - had) <= _NEAR_ENOUGH * had or (count > had and too_dear):
        return None
    name = f"run {counted(count, 'trial')} instead of {had}"
    reach = "the target takes no more" if count < had else "fewer do not reach the target"
    why = f"{reach}; AWS runs all trials of the budget"
    return Option("trials", name, case, why, fixes=(Fix("budget.trials", str(count)),))


def _trials_row(now: SearchCase, trials: Option | None) -> Iterator[Alternative]:
    """Against the plan, which is what the number of trials changes."""
    if trials is None:
        return
    usd, before = trials.case.total_usd, _planned(now).total_usd
    why = f"{usd_text(usd)} against {usd_text(before)} of the plan: {trials.why}"
    yield Alternative(
        trials.name, "better", f"{why}, with the changes above", usd, trials.case.wall
    )


def _kept(options: list[Option]) -> str:
    """Nothing is better as it stands; what would be on a condition is said with it."""
    usable = [o for o in options if o.condition and not (o.impossible or o.kept or o.short)]
    best = min(usable, key=lambda o: o.case.total_usd.expected or float("inf"), default=None)
    return f"keep it as it is; or {best.name}, if {best.condition}" if best else "keep it as it is"


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
    told = f"{trials_text(best.needed)} and {usd_text(best.total_usd)} to the target"
    if now.workload.target.trials is None:
        told += f" with {now.workload.target.confidence:.0%} probability"
    if best.needed != now.needed:
        told += f", against {count_text(now.needed)} and {usd_text(now.total_usd)} as written"
    if now.trials is None:
        return told
    planned = usd_text(_planned(now).total_usd)
    return f"{told}; the plan runs {counted(now.trials, 'trial')} for {planned}"


def _notes(now: SearchCase, changed: Option | None) -> Iterator[str]:
    needed, trials = now.needed.expected, now.trials
    if now.workload.target is not None:
        yield "time and dollars of each option but the number of trials are those to the target"
    short = needed is not None and trials is not None and trials < round(needed)
    if now.workload.target and short and changed is None:
        budget = counted(trials or 0, "trial")
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
