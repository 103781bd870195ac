"""What a plan costs: training, tuning, an endpoint, a batch job. Pure arithmetic on phases,
machines and the catalogue's prices; the ceiling is what the service's own limits allow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from awsml import catalog
from awsml.basis import Estimate
from awsml.estimate.cost_lines import (
    capped,
    cost_of,
    exact,
    hours_of,
    line,
    machine_line,
    product,
    volume_line,
)
from awsml.report import Cost, CostLine
from awsml.units import HOURS_PER_MONTH, counted, format_duration

ML_VOLUME = "sagemaker-ml-storage-train-host-notebook"
BATCH_VOLUME = "ebs-gp3-storage"
_S3 = "S3 storage and requests, logs, transfer between regions"


@dataclass(frozen=True, slots=True)
class TrainingBill:
    """One training job. `billed` is seconds of one machine; `spot_saving` is a share of the
    billed time (1 - BillableTime / TrainingTime), so it applies once, to the time, and the
    price stays the on-demand one."""

    instance: str
    region: str | None
    billed: Estimate
    limit_seconds: float
    count: int = 1
    volume_gib: float | None = None
    keep_alive_seconds: float = 0.0
    spot_saving: Estimate | None = None


def training_cost(bill: TrainingBill) -> Cost:
    """Low, expected and high from the phases; the ceiling from MaxRuntimeInSeconds."""
    ceiling = bill.limit_seconds * bill.count / 3600
    because = (
        f"{format_duration(bill.limit_seconds)} limit x {bill.count} x the on-demand price"
        + (", with no saving from Spot" if bill.spot_saving else "")
    )
    left_out = ["the 120 s of grace and the upload after a stop at the limit", _S3]
    return cost_of(*_job_lines(bill, 1, ceiling), "run", left_out, because)


def tuning_cost(
    bill: TrainingBill,
    trials: int,
    parallel: int,
    limit_seconds: float | None = None,
    stopped_share: Estimate | None = None,
) -> Cost:
    """`trials` jobs like the bill's. `stopped_share` is the time that early stopping saves;
    `limit_seconds` is the tuning job's own MaxRuntimeInSeconds."""
    each = bill.limit_seconds * trials
    whole = None if limit_seconds is None else limit_seconds * parallel
    seconds = each if whole is None else min(each, whole)
    because = f"{counted(trials, 'trial')} x {format_duration(bill.limit_seconds)}"
    if whole is not None and whole < each:
        because = f"{format_duration(limit_seconds or 0)} x {parallel} at a time"
    factor = _kept(stopped_share) if stopped_share else exact(1.0, "1")
    billed = product(bill.billed, factor, "s")
    job = replace(bill, billed=billed, keep_alive_seconds=0.0)
    machines, extras = _job_lines(job, trials, seconds * bill.count / 3600)
    left_out = ["the 120 s of grace and the upload of each stopped trial", _S3]
    because += f" x {bill.count} x the on-demand price"
    return cost_of(machines, extras, "run", left_out, because)


class EndpointBill(NamedTuple):
    """An endpoint that stays up with `running` instances, and never more than `most`; `load` is
    what moves their number, in words."""

    instance: str
    region: str | None
    running: Estimate
    most: int
    load: str | None = None
    volume_gib: float | None = None
    gb_per_month: Estimate | None = None


def endpoint_cost(bill: EndpointBill) -> Cost:
    """Dollars a month, whether it is called or not."""
    hours = bill.running.scaled(HOURS_PER_MONTH, "hour")
    ceiling = bill.most * HOURS_PER_MONTH
    what = f"hosting, {bill.load}" if bill.load else None
    machines = [machine_line("hosting", bill.instance, bill.region, hours, ceiling, what)]
    extras = _volume(bill.instance, bill.volume_gib, ML_VOLUME, bill.region, hours, ceiling)
    left_out = ["logs, data capture, transfer between regions"]
    if bill.gb_per_month is None:
        left_out.append("payloads in and out, priced by the GB")
    else:
        extras.append(_payloads(bill.gb_per_month, bill.region))
    because = f"{bill.most} x {HOURS_PER_MONTH:g} h a month x the on-demand price"
    return cost_of(machines, extras, "month", left_out, because)


class FargateSize(NamedTuple):
    """What Fargate gives a job, and is paid for by the hour."""

    vcpus: float
    memory_mib: int


@dataclass(frozen=True, slots=True)
class BatchBill:
    """A batch job on EC2 machines or Fargate. `seconds` is one run of it, restarts included;
    `start` is that of the first machine of EC2; `attempts` times `limit_seconds` is what AWS Batch
    allows; `runs` of a month where it is scheduled."""

    machine: str | FargateSize
    region: str | None
    seconds: Estimate
    limit_seconds: float | None
    count: int = 1
    attempts: int = 1
    spot: bool = False
    volume_gib: float | None = 30.0
    runs_per_month: float | None = None
    start: Estimate | None = None


def batch_cost(bill: BatchBill) -> Cost:
    """EC2's price and a volume, or Fargate's; AWS Batch is free. A ceiling needs a timeout."""
    runs = bill.runs_per_month or 1.0
    hours = hours_of(bill.seconds, bill.count * runs)
    limit = bill.limit_seconds
    ceiling = None if limit is None else limit * bill.attempts * bill.count * runs / 3600
    if isinstance(bill.machine, FargateSize):
        machines = _fargate_lines(bill.machine, bill, hours, ceiling)
        extras: list[CostLine] = []
        left_out = ["disk beyond 20 GB, public addresses", _S3]
    else:
        if bill.start is not None:
            hours += hours_of(bill.start, runs)
        machines, extras = _ec2_lines(bill.machine, bill, hours, ceiling)
        left_out = ["further machines that start, and those that idle or outlive the job", _S3]
    because = None
    if limit is not None:
        often = f" x {runs:g} runs a month" if bill.runs_per_month else ""
        tries = counted(bill.attempts, "attempt")
        because = (
            f"{format_duration(limit)} timeout x {tries} x {bill.count}{often} "
            "x the on-demand price"
        )
    per = "month" if bill.runs_per_month else "run"
    return cost_of(machines, extras, per, left_out, because)


def _ec2_lines(
    machine: str, bill: BatchBill, hours: Estimate, ceiling: float | None
) -> tuple[list[CostLine], list[CostLine]]:
    name = catalog.ec2_name(machine)
    machines = machine_line("ec2", name, bill.region, hours, ceiling)
    if bill.spot:
        machines = _on_spot(machines, name, bill.region, hours)
    return [machines], _volume(name, bill.volume_gib, BATCH_VOLUME, bill.region, hours, ceiling)


def _fargate_lines(
    size: FargateSize, bill: BatchBill, hours: Estimate, ceiling: float | None
) -> list[CostLine]:
    """Each vCPU and each GB for as long as the job has them. What they cost on Spot is not known;
    their price on demand is the most that it can be."""
    lines = []
    parts = (("vcpu", "vCPU", size.vcpus), ("memory", "GB", size.memory_mib / 1024))
    for part, name, amount in parts:
        price = catalog.storage_price(f"fargate-{part}", bill.region) if bill.region else None
        missing = f"price of Fargate's {name}-hours in {bill.region or 'the region'}"
        most = None if ceiling is None else ceiling * amount
        unit = f"{name}-hour"
        quantity = hours.scaled(amount, unit)
        paid = line(f"{amount:g} {name} on Fargate", quantity, price, missing, most, unit)
        if bill.spot:
            unknown = line(f"{paid.what} Spot", quantity, None, "price of Fargate Spot", most, unit)
            paid = unknown._replace(ceiling=paid.ceiling)
        lines.append(paid)
    return lines


def _job_lines(
    bill: TrainingBill, jobs: int, ceiling: float
) -> tuple[list[CostLine], list[CostLine]]:
    """Machines, and what stands beside them. A volume is paid for the time that it is there,
    which Spot's saving does not shorten."""
    wanted = hours_of(bill.billed, bill.count * jobs)
    hours = capped(wanted, ceiling)
    paid = product(hours, _kept(bill.spot_saving), "hour") if bill.spot_saving else hours
    stopped = hours.expected != wanted.expected
    what = f"training{_share_paid(hours, bill)}{', stopped at the limit' if stopped else ''}"
    machines = [machine_line("training", bill.instance, bill.region, paid, ceiling, what)]
    if bill.keep_alive_seconds:
        pool = bill.keep_alive_seconds * bill.count / 3600
        kept = Estimate(0.0, pool, pool, "hour", bill.billed.basis)
        machines.append(
            machine_line("training", bill.instance, bill.region, kept, pool, "kept warm")
        )
    extras = _volume(bill.instance, bill.volume_gib, ML_VOLUME, bill.region, hours, ceiling)
    return machines, extras


def _share_paid(hours: Estimate, bill: TrainingBill) -> str:
    """On Spot the hours of the line are fewer than the machine runs."""
    saving = bill.spot_saving.expected if bill.spot_saving else None
    if saving is None or hours.expected is None:
        return ""
    return f", {1 - saving:.0%} of {format_duration(hours.expected * 3600)} on Spot"


def _volume(
    instance: str,
    gib: float | None,
    item: str,
    region: str | None,
    hours: Estimate,
    ceiling: float | None,
) -> list[CostLine]:
    """No volume is made for SageMaker's machines with disks of their own."""
    known = catalog.instance(instance)
    own_disk = known is not None and known.disk_gb > 0 and item == ML_VOLUME
    return [] if gib is None or own_disk else [volume_line(item, gib, region, hours, ceiling)]


def _payloads(gb: Estimate, region: str | None) -> CostLine:
    item = "sagemaker-endpoint-data-in-out"
    price = catalog.storage_price(item, region) if region else None
    missing = f"price of {item} in {region or 'the region'}"
    return line("payloads in and out", gb, price, missing, gb.high, "GB")


def _on_spot(on_demand: CostLine, name: str, region: str | None, hours: Estimate) -> CostLine:
    """Spot's price for what is expected, and the on-demand ceiling: Spot promises no price."""
    price = catalog.spot_price(name, region) if region else None
    missing = f"Spot price of {name} in {region or 'the region'}"
    spot = line(f"{name}, ec2 Spot", hours, price, missing, None, "instance-hour")
    return CostLine(
        spot.what,
        spot.quantity,
        spot.price,
        spot.usd,
        on_demand.ceiling,
        spot.source,
        spot.date,
        spot.region,
    )


def _kept(saving: Estimate) -> Estimate:
    """What is left after a saving; the largest saving is the lowest cost."""
    low, high = saving.high, saving.low
    return Estimate(
        None if low is None else 1 - low,
        None if saving.expected is None else 1 - saving.expected,
        None if high is None else 1 - high,
        "1",
        saving.basis,
        saving.missing,
    )
