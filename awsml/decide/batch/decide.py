"""Everything decided about a batch job: the machine, its memory, attempts, when, and where."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from awsml import catalog
from awsml.advice import Advice
from awsml.basis import Basis, Estimate
from awsml.catalog import Instance
from awsml.decide.batch.architecture import compared
from awsml.decide.batch.machines import fargate_size, fitting_types, memory_for
from awsml.decide.batch.misfits import misfits
from awsml.decide.batch.retry import retry_advice
from awsml.decide.batch.survival import (
    Survival,
    odds_text,
    reclaim_rule,
    retry_block,
    survival,
    usd_per_hour,
)
from awsml.decide.batch.timing import runs_per_month, schedule_block, warnings_about
from awsml.decide.decision import Decision, Grounds
from awsml.estimate.cost import BatchBill, batch_cost
from awsml.finding import Confidence, Finding, Level
from awsml.kinds.batch.compile import DEFAULT_ATTEMPTS, exit_rule, retry_rules
from awsml.kinds.kind import Choice
from awsml.report import Cost, Phase, TimeLine, unknown_cost
from awsml.units import counted, format_duration
from awsml.workload.batch import BatchWorkload


def decide(spec: Any, workload: BatchWorkload, grounds: Grounds) -> Decision:
    """The contract of awsml.decide for kind batch."""
    region = grounds.region or workload.region
    found = fitting_types(workload, region)
    machine = found.cheapest if workload.platform == "ec2" else None
    choices = _machine_choices(workload, machine)
    fares = survival(workload)
    attempts = workload.attempts or (fares.attempts if fares else DEFAULT_ATTEMPTS)
    if workload.attempts is None:
        choices["retry.attempts"] = Choice(attempts, _why_attempts(fares))
    blocks, warned = _blocks(spec, workload, grounds, fares, attempts, machine)
    unfit = misfits(workload, found)
    findings = (*unfit, *_survival_findings(workload, fares), *warned)
    # Where no machine holds the job, no way of running it is better than another.
    weigh = grounds.advise and not any(each.level == Level.ERROR for each in unfit)
    return Decision(
        choices=choices,
        advice=_advice(workload, region, machine, fares) if weigh and fares else (),
        time=_time(fares),
        cost=_cost(workload, region, machine, fares, attempts),
        blocks=blocks,
        findings=findings,
    )


def _machine_choices(workload: BatchWorkload, machine: Instance | None) -> dict[str, Choice]:
    """The machine that the figures are for; AWS chooses among all that are named."""
    if machine is None:
        return {}
    choices = {
        "compute.machine": Choice(machine.name, "the cheapest type named that holds the job")
    }
    if workload.memory_mib is None:
        memory = memory_for(workload, machine)
        because = f"what {machine.name} leaves a job beside the kernel and the container agent"
        choices["resources.memory"] = Choice(memory, because)
    return choices


def _why_attempts(fares: Survival | None) -> str:
    if fares is None:
        return "the time of a job is not stated (`workload.compute`)"
    if fares.cuts.rate == 0:
        return "on demand nothing is reclaimed; the rest is for images and machines that fail"
    if fares.attempts > fares.bounds.attempts:
        return "for images and machines that fail; no rule retries what Spot takes back"
    if fares.needed is None or fares.needed > fares.bounds.attempts:
        return f"all that AWS allows; {odds_text(fares.usual.finished)} of runs finish"
    return f"{fares.needed} reach 99.9 %, and one is spare"


def _blocks(
    spec: Any,
    workload: BatchWorkload,
    grounds: Grounds,
    fares: Survival | None,
    attempts: int,
    machine: Instance | None,
) -> tuple[dict[str, Any], list[Finding]]:
    rules = [exit_rule(rule) for rule in retry_rules(spec)]
    rate = usd_per_hour(workload, machine, grounds.region or workload.region)
    blocks = {"retry": retry_block(workload, fares, attempts, rules, rate)}
    if workload.expression is None:
        return blocks, []
    after = datetime.combine(grounds.today, time(), UTC) if grounds.today else None
    p99 = fares.at(0.99) if fares else None
    finite = p99 if p99 is not None and math.isfinite(p99) else None
    told = warnings_about(workload, after, attempts, finite) if after else []
    blocks["schedule"] = schedule_block(workload, after, told)
    return blocks, [_schedule_finding(text) for text in told if "skips" in text or "two" in text]


def _schedule_finding(text: str) -> Finding:
    return Finding(
        "schedule-surprise",
        Level.WARNING,
        text,
        "see every warning and the next runs: awsml batch schedule",
        Confidence.DOCUMENTED,
        field="schedule",
    )


def _survival_findings(workload: BatchWorkload, fares: Survival | None) -> tuple[Finding, ...]:
    if fares is None:
        return ()
    found = []
    whole = fares.job.restart + fares.job.work
    if (enough := fares.timeout_wanted) is not None:
        found.append(
            _warning(
                "timeout-below-work",
                f"the job takes {format_duration(whole)} and `timeout` ends each attempt after "
                f"{format_duration(fares.bounds.limit)}; one that timed out is not retried",
                f"write `timeout: {enough / 3600:.0f}h`",
                "timeout",
            )
        )
    elif fares.usual.finished < 0.9 and workload.spot and not workload.reclaims_retried:
        found.append(
            _warning(
                "retry-gives-up",
                f"{1 - fares.usual.finished:.0%} of runs end before the work is done: no rule of "
                "the retry names what Spot takes back",
                f"add {reclaim_rule(workload)}",
                "retry.rules",
            )
        )
    elif fares.usual.finished < 0.9:
        found.append(
            _warning(
                "retry-gives-up",
                f"{1 - fares.usual.finished:.0%} of runs end before the work is done, with "
                f"{counted(fares.bounds.attempts, 'attempt')}",
                "run `awsml advise` for what helps",
                "retry.attempts",
            )
        )
    if math.isfinite(fares.bounds.deadline) and fares.usual.in_time < 0.9:
        found.append(
            _warning(
                "deadline-missed",
                f"{1 - fares.usual.in_time:.0%} of runs miss the deadline, "
                f"{format_duration(fares.bounds.deadline)} after the start",
                "start earlier, checkpoint more often, or add `compute.fallback: true`",
                "schedule.finish_by",
            )
        )
    return tuple(found)


def _warning(slug: str, message: str, hint: str, field: str) -> Finding:
    return Finding(slug, Level.WARNING, message, hint, Confidence.INFERRED, field=field)


def _advice(
    workload: BatchWorkload, region: str | None, machine: Instance | None, fares: Survival
) -> tuple[Advice, ...]:
    rate = usd_per_hour(workload, machine, region)
    on_demand = usd_per_hour(replace(workload, spot=False), machine, region)
    return (
        retry_advice(workload, fares, rate, on_demand),
        compared(workload, region, machine, fares),
    )


def _time(fares: Survival | None) -> TimeLine:
    """Waiting for capacity is not billed; work is with what interruptions repeat."""
    if fares is None:
        missing = "workload.compute"
        return TimeLine((Phase("Running", Estimate.unknown("s", missing)),))
    waits = Estimate(
        0.0, fares.cuts.mean_down * (1 - fares.cuts.available), None, "s", Basis.ASSUMED
    )
    return TimeLine(
        (
            Phase("Runnable", replace(waits, high=fares.cuts.mean_down), billed=False),
            Phase("Starting", _start()),
            Phase("Running", fares.running),
        )
    )


def _start() -> Estimate:
    """EC2 bills a machine while it starts."""
    provision = catalog.ranged("provision_seconds")
    return Estimate(provision.low, provision.expected, provision.high, "s", provision.basis)


def _cost(
    workload: BatchWorkload,
    region: str | None,
    machine: Instance | None,
    fares: Survival | None,
    attempts: int,
) -> Cost:
    runs = runs_per_month(workload)
    per = "month" if runs else "run"
    if fares is None:
        return unknown_cost("workload.compute: how long one job takes", per=per)
    paid = machine.name if machine else None
    hardware = fargate_size(workload) if workload.platform == "fargate" else paid
    if hardware is None:
        return unknown_cost("price of the machines", per=per)
    return batch_cost(
        BatchBill(
            hardware,
            region,
            fares.running,
            workload.timeout_seconds,
            count=workload.jobs,
            attempts=attempts,
            spot=workload.spot,
            volume_gib=workload.volume_gib,
            runs_per_month=runs,
            start=_start(),
        )
    )
