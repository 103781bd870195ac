"""Everything decided about a tuning job: scales, limits for its dollars, what would be cheaper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from awsml import catalog
from awsml.basis import Estimate, total, weakest
from awsml.decide.decision import Decision, Grounds
from awsml.decide.training.decide import Settled, settle
from awsml.decide.training.limits import job_findings
from awsml.decide.training.spot import spot_answer
from awsml.decide.tuning.advice import savings_block, search_advice
from awsml.decide.tuning.budget import Limited, hourly_ceiling, limited, too_short
from awsml.decide.tuning.case import SearchCase, trials_of
from awsml.decide.tuning.options import options_of
from awsml.decide.tuning.scale import ScaleChoice, scales_of
from awsml.estimate.cost import TrainingBill, training_cost, tuning_cost
from awsml.estimate.search import expected_top
from awsml.estimate.training import phases
from awsml.finding import Finding
from awsml.kinds.kind import Choice
from awsml.report import Cost, Phase, TimeLine, unknown_cost
from awsml.units import counted
from awsml.workload.training import SpotTerms
from awsml.workload.tuning import SearchedJob, TuningWorkload

PARALLEL = (1, 2, 5, 10)


def decide(spec: Any, workload: TuningWorkload, grounds: Grounds) -> Decision:
    """The contract of awsml.decide for kind tuning."""
    settled = {job.at: settle(job.training, _grounds_of(job, grounds)) for job in workload.jobs}
    scales = scales_of(workload)
    dearest, bill = _dearest(settled)
    rate = None if bill is None else hourly_ceiling(bill)
    stated = {job.at: job.training.runtime_limit_seconds for job in workload.jobs}
    limits = limited(workload, rate, stated)
    case = _case(workload, scales, dearest, bill)
    choices = _choices(settled, scales) | dict(limits.choices)
    options = options_of(case, _on_spot(dearest)) if grounds.advise else []
    return Decision(
        choices=choices,
        advice=(search_advice(case, options),) if grounds.advise else (),
        time=TimeLine((*_trial_phases(dearest), Phase("search", _as_planned(case).wall))),
        cost=_cost(case, bill, limits),
        blocks={"search": _block(case, limits, savings_block(case, options))},
        findings=(*limits.findings, *_stopped(settled, limits, case)),
    )


def _stopped(
    settled: Mapping[str, Settled], limits: Limited, case: SearchCase
) -> Iterator[Finding]:
    """Trials that do not end within theirs, or a search within its limit; the first makes the
    second, so it is said alone."""
    found: list[Finding] = []
    for at, each in settled.items():
        field = f"{at}.training" if at else "training"
        limit = float(limits.trial_seconds[at])
        found += job_findings(each.now, each.needed, limit, field, "a trial")
    yield from found
    work = case.workload
    if found or limits.runtime_seconds is None or case.trials is None:
        return
    if work.trials is not None or work.strategy == "grid":
        what = f"the search of {counted(case.trials, 'trial')}"
        yield from too_short(_as_planned(case).wall, limits.runtime_seconds, work, what)


def _grounds_of(job: SearchedJob, grounds: Grounds) -> Grounds:
    return replace(grounds, region=grounds.region or job.training.region, advise=False)


def _dearest(settled: Mapping[str, Settled]) -> tuple[Settled, TrainingBill | None]:
    """The definition that costs most stands for all: what is said holds for the others too."""
    rows = [(each, each.bill) for each in settled.values()]

    def price(row: tuple[Settled, TrainingBill | None]) -> float:
        return (hourly_ceiling(row[1]) or 0.0) if row[1] else 0.0

    return max(rows, key=price)


def _case(
    workload: TuningWorkload,
    scales: Sequence[ScaleChoice],
    settled: Settled,
    bill: TrainingBill | None,
) -> SearchCase:
    seconds = total((phase.seconds for phase in _trial_phases(settled)), "s")
    usd = Estimate.unknown("USD", "compute.instance") if bill is None else training_cost(bill).usd
    return SearchCase(
        workload=workload,
        scales=scales,
        usd=usd,
        seconds=seconds,
        training_share=_training_share(settled),
        trials=trials_of(workload, seconds),
    )


def _training_share(settled: Settled) -> float:
    """Of the billed time; start and upload are paid however early a trial is stopped."""
    expected = settled.now.expected
    if expected is None or not expected.billed or expected.epochs is None:
        return 1.0
    return expected.epochs / expected.billed


def _trial_phases(settled: Settled) -> tuple[Phase, ...]:
    return phases(settled.now.workload, settled.now.setting)


def _choices(settled: Mapping[str, Settled], scales: Sequence[ScaleChoice]) -> dict[str, Choice]:
    """What trials leave open, under their definition's field, and the scales."""
    found = {
        f"{at}.training.{field}" if at else f"training.{field}": choice
        for at, each in settled.items()
        for field, choice in each.choices.items()
    }
    for scale in scales:
        if scale.asked == "auto" and scale.scale != "categorical":
            found[scale.field] = Choice(scale.scale, scale.because)
    return found


def _as_planned(case: SearchCase) -> SearchCase:
    """What AWS runs: all trials of the budget, whether the target is reached or not."""
    return case.with_(target=None)


def _cost(case: SearchCase, bill: TrainingBill | None, limits: Limited) -> Cost:
    if bill is None or case.trials is None:
        missing = "compute.instance" if bill is None else "budget.trials"
        return unknown_cost(missing)
    limit = max(limits.trial_seconds.values())
    return tuning_cost(
        replace(bill, limit_seconds=float(limit)),
        case.trials,
        case.workload.parallel,
        limits.runtime_seconds,
        case.cut_share(),
    )


def _on_spot(settled: Settled) -> Estimate | None:
    """One trial on Spot with checkpoints, where that can be said."""
    terms = settled.now.workload.spot or SpotTerms(checkpoints=True)
    answer = spot_answer(settled.now.given(replace(settled.now.workload, spot=terms)))
    if answer is None:
        return None
    kept = [case.usd for name, case in answer.cases.items() if "checkpoint every" in name]
    return kept[0] if kept else None


def _block(case: SearchCase, limits: Limited, savings: list[dict[str, Any]]) -> dict[str, Any]:
    """The plan's own part about the search."""
    return {
        "by_parallel": [_row(case, parallel) for parallel in _parallels(case.workload.parallel)],
        "parameters": [
            {"name": s.name, "scale": s.scale, "because": s.because} for s in case.scales
        ],
        "savings": savings,
        "trials": case.trials,
        "confidence": _confidence(case),
        "strategy": case.workload.strategy,
        "parallel": case.workload.parallel,
        "trial": {
            "usd": case.trial_usd.as_json(),
            "seconds": case.trial_seconds.as_json(),
            "usd_per_hour_at_most": limits.usd_per_hour,
        },
        "budget_usd": None
        if case.workload.cost_limit_usd is None
        else float(case.workload.cost_limit_usd),
    }


def _confidence(case: SearchCase) -> float | None:
    """With which probability the trials to the target reach it, where they follow from one."""
    target = case.workload.target
    return None if target is None or target.trials is not None else target.confidence


def _expected_top(case: SearchCase, trials: float) -> Estimate:
    """On unsuited scales it takes several trials to learn what one teaches on fitting ones."""
    penalty, work = case.penalty, case.workload
    low, expected, high = (
        expected_top(work.strategy, trials / (times or 1.0), work.parallel)
        for times in (penalty.low, penalty.expected, penalty.high)
    )
    basis = weakest((penalty.basis, expected.basis))
    return Estimate(low.low, expected.expected, high.high, "1", basis)


def _parallels(now: int) -> list[int]:
    most = int(catalog.limit("tuning_parallel_maximum").value)
    return sorted({*PARALLEL, min(now, most)})


def _row(case: SearchCase, parallel: int) -> dict[str, Any]:
    """The same search with so many at once; without a target the trials of the budget run."""
    at = case.with_(parallel=parallel)
    has_target = case.workload.target is not None
    needed = at.needed if has_target else Estimate.unknown("trials", "target")
    trials = case.trials or (needed.expected or 0.0)
    top = _expected_top(at, trials) if trials else None
    return {
        "parallel": parallel,
        "trials_to_target": needed.as_json(),
        "usd": at.total_usd.as_json(),
        "wall_seconds": at.wall.as_json(),
        "planned": {
            "trials": case.trials,
            "usd": _as_planned(at).total_usd.as_json(),
            "wall_seconds": _as_planned(at).wall.as_json(),
            "expected_top": top.as_json() if top else None,
        },
    }
