"""Which instance types of a batch scenario can hold its job, and what memory they leave for it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from awsml import catalog
from awsml.catalog import Instance
from awsml.estimate.cost import FargateSize
from awsml.finding import Confidence, Finding, Fix, Level
from awsml.nearness import nearest
from awsml.units import counted
from awsml.workload import BatchWorkload

# What `optimal` and an empty list stand for: Batch chooses of these families.
# https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html
_OPTIMAL = ("m5", "c5", "r5", "m6i", "c6i", "r6i", "m7i", "c7i", "r7i")


@dataclass(frozen=True, slots=True)
class Fitting:
    """The types named, those that can hold the job, and the cheapest of them here."""

    named: tuple[Instance, ...]
    fitting: tuple[Instance, ...]
    cheapest: Instance | None


def fitting_types(workload: BatchWorkload, region: str | None) -> Fitting:
    named = tuple(one for one in catalog.instances() if _is_named(one, workload) and _lives(one))
    fits = tuple(one for one in named if _holds(one, workload))
    return Fitting(named, fits, _cheapest(fits, region, workload.spot))


def usable_mib(instance: Instance) -> int:
    """What is left of the nominal memory beside the kernel and the container agent."""
    share = float(catalog.limit("batch_usable_memory_share").value)
    agent = float(catalog.limit("batch_agent_memory").value)
    return math.floor(instance.memory_gib * 1024 * share - agent)


def memory_for(workload: BatchWorkload, instance: Instance) -> int:
    """A fair part of a machine: as many jobs as its vCPUs and GPUs hold share its memory."""
    by_cpu = max(1, instance.vcpus // workload.vcpus)
    at_once = min(by_cpu, instance.gpus // workload.gpus) if workload.gpus else by_cpu
    return usable_mib(instance) // max(1, at_once)


def fargate_size(workload: BatchWorkload) -> FargateSize | None:
    """The smallest of Fargate's sizes that holds the job; it has no GPUs."""
    if workload.gpus:
        return None
    needed = workload.memory_mib or 0
    for vcpus, memory in catalog.fargate_sizes().items():
        fitting = [size for size in memory if size >= needed]
        if vcpus >= workload.vcpus and fitting:
            return FargateSize(vcpus, fitting[0])
    return None


def misfits(workload: BatchWorkload, found: Fitting) -> tuple[Finding, ...]:
    """What no named type can hold, with the nearest that could."""
    if workload.platform == "fargate":
        return _fargate_misfits(workload)
    unknown = [name for name in workload.instances if not _known(name)]
    problems = [_unknown(name) for name in unknown]
    if found.fitting or not found.named or unknown:
        return tuple(problems)
    return (*problems, _nothing_fits(workload, found))


def _nothing_fits(workload: BatchWorkload, found: Fitting) -> Finding:
    with_gpus = [i for i in found.named if i.gpus >= workload.gpus]
    if not with_gpus:
        most = max(i.gpus for i in found.named)
        needed = counted(workload.gpus, "GPU")
        return _finding(
            "resources.gpus",
            f"no type of `compute.instances` has {needed}; the most is {most}",
            "write `compute.instances: [g5, g6]`" if not most else f"write `gpus: {most}`",
        )
    with_cpus = [i for i in with_gpus if i.vcpus >= workload.vcpus]
    if not with_cpus:
        most = max(i.vcpus for i in with_gpus)
        needed = counted(workload.vcpus, "vCPU")
        return _finding(
            "resources.vcpus",
            f"no type of `compute.instances` has {needed}; the most is {most}",
            f"write `vcpus: {most}`",
        )
    largest = max(with_cpus, key=usable_mib)
    most = usable_mib(largest)
    return _finding(
        "resources.memory",
        f"no type of `compute.instances` can give {workload.memory_mib} MiB: {largest.name} leaves "
        f"{most} MiB of its {largest.memory_gib * 1024:.0f} to jobs, and the job waits in RUNNABLE",
        f"write `memory: {most} MiB`",
        Fix("resources.memory", f"{most} MiB"),
    )


def _fargate_misfits(workload: BatchWorkload) -> tuple[Finding, ...]:
    sizes = catalog.fargate_sizes()
    memory = sizes.get(float(workload.vcpus))
    if memory is None:
        listed = ", ".join(f"{size:g}" for size in sizes if size >= 1)
        message = f"Fargate has no size with {counted(workload.vcpus, 'vCPU')}"
        return (_finding("resources.vcpus", message, f"use one of {listed}"),)
    if workload.memory_mib is None or workload.memory_mib in memory:
        return ()
    larger = [size for size in memory if size >= workload.memory_mib]
    fit = larger[0] if larger else memory[-1]
    return (
        _finding(
            "resources.memory",
            f"Fargate with {counted(workload.vcpus, 'vCPU')} has no {workload.memory_mib} MiB",
            f"write `memory: {fit} MiB`",
            Fix("resources.memory", f"{fit} MiB"),
        ),
    )


def _finding(field: str, message: str, hint: str, fix: Fix | None = None) -> Finding:
    return Finding(
        "no-type-fits", Level.ERROR, message, hint, Confidence.DOCUMENTED, field=field, fix=fix
    )


def _unknown(name: str) -> Finding:
    names = {i.family for i in catalog.instances()} | {i.name for i in catalog.instances()}
    close = nearest(name, names)
    hint = f"did you mean `{close[0]}`?" if close else "run `awsml catalog find`"
    message = f"`{name}` is no instance family or type that is known here"
    return Finding(
        "unknown-instance-type",
        Level.ERROR,
        message,
        hint,
        Confidence.DOCUMENTED,
        field="compute.instances",
    )


def _known(name: str) -> bool:
    return name == "optimal" or bool(catalog.instances_of(catalog.ec2_name(name)))


def _is_named(one: Instance, workload: BatchWorkload) -> bool:
    names = [name.removeprefix("ml.") for name in workload.instances] or ["optimal"]
    return one.name in names or one.family in names or ("optimal" in names and _optimal(one))


def _optimal(one: Instance) -> bool:
    return one.family in _OPTIMAL


def _lives(one: Instance) -> bool:
    return not one.retired and "metal" not in one.name


def _holds(one: Instance, workload: BatchWorkload) -> bool:
    memory = workload.memory_mib or 0
    return (
        one.gpus >= workload.gpus
        and one.vcpus >= workload.vcpus
        and usable_mib(one) >= memory
        and one.vcpus <= workload.max_vcpus
    )


def _cheapest(types: tuple[Instance, ...], region: str | None, spot: bool) -> Instance | None:
    """By price where it is known; else the smallest."""

    def order(one: Instance) -> tuple[bool, float, int, float, str]:
        price = None
        if region is not None:
            price = (
                catalog.spot_price(one.name, region)
                if spot
                else catalog.price("ec2", one.name, region)
            )
        usd = price.estimate().expected if price else None
        return (usd is None, usd or 0.0, one.vcpus, one.memory_gib, one.name)

    return min(types, key=order, default=None)
