"""Ways of running the same job on AWS side by side: what each meets, costs a month, and leaves
to do by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from awsml import catalog
from awsml.advice import Advice, Alternative
from awsml.basis import Basis, Estimate
from awsml.catalog import Instance
from awsml.decide.batch.machines import fargate_size
from awsml.decide.batch.survival import Survival, odds_text, survival
from awsml.decide.batch.timing import runs_per_month
from awsml.decide.saving import saved
from awsml.estimate.cost import BatchBill, FargateSize, TrainingBill, batch_cost, training_cost
from awsml.units import HOURS_PER_MONTH, counted, format_duration, format_usd
from awsml.workload.batch import BatchWorkload

# A job that nobody scheduled is compared as one run a month.
_ONE_RUN = 1.0
_MOST = 0.5
WRITTEN = "AWS Batch on Spot"
ON_DEMAND = "AWS Batch on demand"
_ENDS = "a run that ends in time"
# What is left to write and to operate by hand, counted.
_PARTS = {
    WRITTEN: ("job definition",),
    ON_DEMAND: ("job definition",),
    "Batch on ECS Managed Instances": ("job definition", "second queue"),
    "EC2 and Instance Scheduler": ("machine image", "start of the job", "retry", "watch"),
    "Fargate": ("job definition",),
    "ECS service": ("cluster", "machines", "retry of one run", "schedule", "end of the run"),
    "SageMaker managed Spot": ("training request", "schedule"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """One option. `lacks` names the requirements that it does not meet."""

    name: str
    usd: Estimate
    seconds: Estimate | None
    finishes: float | None
    lacks: tuple[str, ...]
    why: str

    @property
    def parts(self) -> int:
        return len(_PARTS[self.name])


@dataclass(frozen=True, slots=True)
class Case:
    """The job, the machine it would take, and how it fares as written."""

    workload: BatchWorkload
    region: str | None
    machine: Instance | None
    now: Survival
    runs: float


def compared(
    workload: BatchWorkload, region: str | None, machine: Instance | None, now: Survival
) -> Advice:
    """The cheapest way that meets everything, and why each other one loses."""
    case = Case(workload, region, machine, now, runs_per_month(workload) or _ONE_RUN)
    ways = [
        _batch(case, spot=True),
        _batch(case, spot=False),
        _managed_instances(case),
        _instance_scheduler(case),
        _fargate(case),
        _service(case),
        _sagemaker(case),
    ]
    written = next(way for way in ways if way.name == _written(workload))
    best = _best(ways, written)
    keep = f"keep {best.name}" if best is written else f"use {best.name}"
    return Advice(
        subject="architecture",
        recommend=f"{keep}, and mend what it lacks" if best.lacks else keep,
        because=f"{best.why}; {_rank(best)}{_remedy(best, now)}",
        saves_usd=saved(written.usd, best.usd),
        alternatives=tuple(_row(way, best) for way in ways),
        notes=_notes(case),
        change=best is not written,
    )


def _rank(best: Way) -> str:
    if not best.lacks:
        return "the cheapest that lacks nothing of what the job needs"
    return f"each of these lacks something, and this the least: {', '.join(best.lacks)}"


def _remedy(best: Way, now: Survival) -> str:
    """What would give the best way what it lacks, where a field of the scenario takes it away."""
    if _ENDS not in best.lacks or now.timeout_wanted is None:
        return ""
    return f"; `timeout: {now.timeout_wanted / 3600:.0f}h` would mend it"


def _written(workload: BatchWorkload) -> str:
    if workload.platform == "fargate":
        return "Fargate"
    return WRITTEN if workload.spot else ON_DEMAND


def _best(ways: list[Way], written: Way) -> Way:
    """Fewer lacks, then dollars, then what is written, then fewer parts to look after."""

    def order(way: Way) -> tuple[int, float, bool, int]:
        usd = way.usd.expected
        return len(way.lacks), math.inf if usd is None else usd, way is not written, way.parts

    return min(ways, key=order)


def _row(way: Way, best: Way) -> Alternative:
    impossible = any("GPU" in lack or "size" in lack for lack in way.lacks)
    verdict = "chosen" if way is best else "impossible" if impossible else "worse"
    lacks = f"; lacks {', '.join(way.lacks)}" if way.lacks else ""
    effort = f"; {counted(way.parts, 'part')} of your own"
    return Alternative(way.name, verdict, f"{way.why}{lacks}{effort}", way.usd, way.seconds)


def _dollars(usd: Estimate) -> str:
    if usd.expected is None:
        return f"unknown dollars ({', '.join(usd.missing[:1])})"
    return f"{format_usd(usd.expected)} a month"


def _batch(case: Case, *, spot: bool) -> Way:
    workload = replace(case.workload, spot=spot, platform="ec2")
    fares = case.now if spot == case.workload.spot else survival(workload)
    assert fares is not None
    usd = _ec2_month(case, fares.running, spot)
    within = counted(fares.bounds.attempts, "attempt")
    shown = f"{odds_text(fares.usual.finished)} of runs finish in {within}"
    lacks = _without_end(fares)
    name = WRITTEN if spot else ON_DEMAND
    return Way(name, usd, fares.running, fares.usual.in_time, lacks, f"{_dollars(usd)}, {shown}")


def _without_end(fares: Survival) -> tuple[str, ...]:
    """What most runs miss where Spot machines are taken away too often."""
    return () if fares.usual.in_time >= _MOST else (_ENDS,)


def _ec2_month(case: Case, seconds: Estimate, spot: bool) -> Estimate:
    if case.machine is None:
        return Estimate.unknown("USD", "an instance type that fits")
    return _month(case, case.machine.name, seconds, spot)


def _month(case: Case, machine: str | FargateSize, seconds: Estimate, spot: bool) -> Estimate:
    bill = BatchBill(
        machine,
        case.region,
        seconds,
        None,
        count=case.workload.jobs,
        spot=spot,
        volume_gib=case.workload.volume_gib,
        runs_per_month=case.runs,
    )
    return batch_cost(bill).usd


def _managed_instances(case: Case) -> Way:
    """Machines that AWS looks after. Its fee is not in the catalogue, so this is a lower bound."""
    usd = _ec2_month(case, case.now.running, spot=case.workload.spot)
    lacks = _without_end(case.now)
    if case.workload.fallback:
        lacks += ("an on-demand environment behind Spot",)
    fee = "a management fee on top that is not known here"
    shown = "unknown dollars" if usd.expected is None else f"{format_usd(usd.expected)} a month"
    above = Estimate(usd.low, None, None, "USD", usd.basis, ("management fee",))
    why = f"{shown} for the machines, and {fee}"
    return Way("Batch on ECS Managed Instances", above, case.now.running, None, lacks, why)


def _instance_scheduler(case: Case) -> Way:
    """The machine is up from a start to a stop by the clock, so it is paid for the longest run."""
    workload = case.workload
    up = workload.timeout_seconds or case.now.job.work + case.now.job.restart
    usd = _ec2_month(case, Estimate.exact(up, "s", Basis.DERIVED), spot=False)
    lacks = ["retry after a failure"]
    if workload.spot:
        lacks.append("Spot (it starts and stops on-demand machines)")
    why = f"{_dollars(usd)} for {format_duration(up)} by the clock each run"
    return Way("EC2 and Instance Scheduler", usd, None, None, tuple(lacks), why)


def _fargate(case: Case) -> Way:
    """On demand, unless the job is written for Fargate's Spot."""
    workload, size = case.workload, fargate_size(case.workload)
    unknown = Estimate.unknown("USD", "price of Fargate")
    if workload.gpus:
        why = f"it has 0 GPUs and the job needs {workload.gpus}"
        return Way("Fargate", unknown, None, None, (counted(workload.gpus, "GPU"),), why)
    if size is None:
        largest, memory = max(catalog.fargate_sizes().items())
        why = f"its largest size is {counted(largest, 'vCPU')} and {max(memory) / 1024:.0f} GiB"
        return Way("Fargate", unknown, None, None, ("a size",), why)
    spot = workload.spot and workload.platform == "fargate"
    fares = case.now if spot == workload.spot else survival(replace(workload, spot=False))
    assert fares is not None
    usd = _month(case, size, fares.running, spot)
    shown = f"{counted(size.vcpus, 'vCPU')} and {size.memory_mib / 1024:g} GiB"
    why = f"{_dollars(usd)} for {shown}{' on Spot' if spot else ''}, no machines to look after"
    lacks = _without_end(fares)
    return Way("Fargate", usd, fares.running, fares.usual.in_time, lacks, why)


def _service(case: Case) -> Way:
    """A service keeps its tasks up: one that ends is started again, so it is paid all month."""
    month = Estimate.exact(HOURS_PER_MONTH * 3600 / case.runs, "s", Basis.DERIVED)
    usd = _ec2_month(case, month, spot=case.workload.spot)
    needed = case.now.running.expected or 0.0
    share = needed * case.runs / (HOURS_PER_MONTH * 3600)
    why = f"{_dollars(usd)}: up {HOURS_PER_MONTH:g} h a month, {share:.1%} of them used"
    lacks = ("a run that ends", "a schedule of its own")
    return Way("ECS service", usd, None, None, lacks, why)


def _sagemaker(case: Case) -> Way:
    """The same work as a managed Spot training job; its saving is EC2's."""
    machine, region = case.machine, case.region
    if machine is None or "training" not in catalog.accepted_by(machine.ml_name):
        why = "no SageMaker training type matches the machine that the job needs (0 of 1)"
        missing = Estimate.unknown("USD", "a SageMaker type")
        return Way("SageMaker managed Spot", missing, None, None, ("a size",), why)
    advice = catalog.spot_advice(machine.name, region) if region else None
    error = float(catalog.constant("spot_saving_error").value)
    saving = None
    if advice is not None and case.workload.spot:
        saving = Estimate(
            max(0.0, advice.saving - error),
            advice.saving,
            min(1.0, advice.saving + error),
            "1",
            advice.fact.basis,
        )
    seconds = case.now.running
    bill = TrainingBill(
        machine.ml_name,
        region,
        seconds,
        seconds.high or 0.0,
        volume_gib=case.workload.volume_gib,
        spot_saving=saving,
    )
    usd = training_cost(bill).usd.scaled(case.runs * case.workload.jobs)
    lacks = _without_end(case.now)
    if case.workload.expression is not None:
        lacks += ("a schedule of its own",)
    why = f"{_dollars(usd)} at {machine.ml_name}'s price"
    return Way("SageMaker managed Spot", usd, seconds, None, lacks, why)


def _notes(case: Case) -> tuple[str, ...]:
    how = (
        f"{case.runs:.3g} runs a month by the schedule"
        if case.workload.expression
        else "no schedule: compared as one run a month"
    )
    machine = case.machine.name if case.machine else "no type that fits"
    jobs = counted(case.workload.jobs, "job")
    return (f"{how}, on {machine}, {jobs} a run", *_image_notes(case))


def _image_notes(case: Case) -> tuple[str, ...]:
    """What comes of the Deep Learning Container that AWS Batch can have of a framework."""
    workload, machine = case.workload, case.machine
    if workload.image is None or machine is None:
        return ()
    found = catalog.image(
        workload.image, workload.image_version, case.region, machine.name, "batch"
    )
    if not isinstance(found, catalog.Image):
        return ()
    return tuple(f"{found.framework} {found.version}: {note}" for note in found.notes)
