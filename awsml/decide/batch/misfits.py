"""What of a batch scenario no machine can hold, and the nearest that some machine could."""

from __future__ import annotations

from awsml import catalog
from awsml.catalog import Instance
from awsml.decide.batch.machines import BUNDLES, Fitting, lack, stands_for, usable_mib
from awsml.finding import Confidence, Finding, Fix, Level
from awsml.nearness import nearest
from awsml.units import counted
from awsml.workload.batch import BatchWorkload

# What stands in a hint for machines with GPUs: both are offered wherever Batch is.
_GPU_FAMILIES = "[g5, g6]"


def misfits(workload: BatchWorkload, found: Fitting) -> tuple[Finding, ...]:
    """What no named type can hold; where some can, the names that stand for none of them."""
    if workload.platform == "fargate":
        return _fargate_misfits(workload)
    unknown = [name for name in workload.instances if not _known(name)]
    problems = [_unknown(name) for name in unknown]
    if found.fitting:
        return (*problems, *_without_use(workload, found))
    if unknown:
        return tuple(problems)
    return (_nothing_fits(workload, found) if found.named else _all_retired(workload),)


def _nothing_fits(workload: BatchWorkload, found: Fitting) -> Finding:
    """One cause: the need that rules the last type out, in the order of `lack`."""
    left, fewer = found.named, [one for one in found.named if one.gpus >= workload.gpus]
    if not fewer:
        return _too_few_gpus(workload, max(one.gpus for one in left))
    left, fewer = tuple(fewer), [one for one in fewer if one.vcpus >= workload.vcpus]
    if not fewer:
        most = max(one.vcpus for one in left)
        needed = counted(workload.vcpus, "vCPU")
        message = f"no type of `compute.instances` has {needed}; the most is {most}"
        return _finding("resources.vcpus", message, f"write `vcpus: {most}`")
    if all(lack(one, workload) == "memory" for one in fewer):
        return _too_little_memory(workload, max(fewer, key=usable_mib))
    return _above_the_most(workload)


def _too_few_gpus(workload: BatchWorkload, most: int) -> Finding:
    needed = counted(workload.gpus, "GPU")
    return _finding(
        "resources.gpus",
        f"no type of `compute.instances` has {needed}; the most is {most}",
        f"write `gpus: {most}`" if most else f"write `compute.instances: {_GPU_FAMILIES}`",
    )


def _too_little_memory(workload: BatchWorkload, largest: Instance) -> Finding:
    most = usable_mib(largest)
    return _finding(
        "resources.memory",
        f"no type of `compute.instances` can give {workload.memory_mib} MiB: {largest.name} leaves "
        f"{most} MiB of its {largest.memory_gib * 1024:.0f} to jobs, and the job waits in RUNNABLE",
        f"write `memory: {most} MiB`",
        Fix("resources.memory", f"{most} MiB"),
    )


def _above_the_most(workload: BatchWorkload) -> Finding:
    return _finding(
        "compute.max_vcpus",
        f"a job takes {counted(workload.vcpus, 'vCPU')} and `compute.max_vcpus` allows "
        f"{workload.max_vcpus}: the job waits in RUNNABLE",
        f"write `max_vcpus: {workload.vcpus}`",
        Fix("compute.max_vcpus", str(workload.vcpus)),
    )


def _all_retired(workload: BatchWorkload) -> Finding:
    """Names that are known, and of which EC2 has nothing left."""
    ends = [end for name in workload.instances for end in _ends(name)]
    newer = [name for end in ends for name in end.replaced_by]
    able = [name for name in newer if _could(name, workload)] or newer
    whole = all("." not in name for name in workload.instances)
    wanted = dict.fromkeys(name.partition(".")[0] if whole else name for name in able)
    since = max((end.since for end in ends if end.since), default=None)
    listed = ", ".join(f"`{name}`" for name in workload.instances)
    value = f"[{', '.join(wanted)}]"
    return _finding(
        "compute.instances",
        f"EC2 has no type of {listed} any more: retired{f' on {since}' if since else ''}",
        f"write `compute.instances: {value}`" if wanted else "run `awsml catalog find`",
        Fix("compute.instances", value) if wanted else None,
    )


def _could(name: str, workload: BatchWorkload) -> bool:
    """Whether a name is worth offering: it holds a job without going above `max_vcpus`."""
    types = catalog.instances_of(name)
    return any(lack(one, workload) is None and one.vcpus <= workload.max_vcpus for one in types)


def _ends(name: str) -> list[catalog.Life]:
    lives = [one.life for one in catalog.instances_of(catalog.ec2_name(name))]
    return [life for life in lives if life is not None and life.status == "retired"]


def _without_use(workload: BatchWorkload, found: Fitting) -> list[Finding]:
    """Names beside others that hold the job: nothing of theirs is ever started for it."""
    problems = []
    for name in workload.instances:
        mine = [one for one in found.named if stands_for(name, one)]
        if not mine or any(one in found.fitting for one in mine):
            continue
        best = max(mine, key=lambda one: (one.gpus, one.memory_gib, one.vcpus))
        message = f"no type of `{name}` holds the job: {_why(best, workload)}"
        problems.append(
            _finding(
                "compute.instances",
                message,
                f"remove `{name}` from `compute.instances`",
                level=Level.WARNING,
            )
        )
    return problems


def _why(one: Instance, workload: BatchWorkload) -> str:
    match lack(one, workload):
        case "gpus":
            return f"{one.name} has {counted(one.gpus, 'GPU')}, and it needs {workload.gpus}"
        case "vcpus":
            return f"{one.name} has {counted(one.vcpus, 'vCPU')}, and it needs {workload.vcpus}"
        case "memory":
            has = f"{one.name} leaves {usable_mib(one)} MiB"
            return f"{has}, and it needs {workload.memory_mib}"
        case _:
            return f"`compute.max_vcpus` allows {workload.max_vcpus} vCPUs"


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


def _finding(
    field: str, message: str, hint: str, fix: Fix | None = None, level: Level = Level.ERROR
) -> Finding:
    return Finding(
        "no-type-fits", level, message, hint, Confidence.DOCUMENTED, field=field, fix=fix
    )


def _unknown(name: str) -> Finding:
    known = catalog.instances()
    names = {i.family for i in known} | {i.name for i in known} | BUNDLES.keys()
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
    return name in BUNDLES or bool(catalog.instances_of(catalog.ec2_name(name)))
