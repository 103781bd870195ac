"""Which instance types of a batch scenario can hold its job, and what memory they leave for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from awsml import catalog
from awsml.catalog import Instance
from awsml.estimate.cost import FargateSize
from awsml.workload.batch import BatchWorkload

# The families of which Batch chooses. Since 2025-11-01 `optimal`, which an empty list stands for,
# is `default_x86_64`. https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html
_X86_64 = ("m6i", "c6i", "r6i", "c7i")
BUNDLES = {
    "optimal": _X86_64,
    "default_x86_64": _X86_64,
    "default_arm64": ("m6g", "c6g", "r6g", "c7g"),
}


Lack = Literal["gpus", "vcpus", "memory", "max_vcpus"]


@dataclass(frozen=True, slots=True)
class Fitting:
    """The types named, those that can hold the job, and the cheapest of them here."""

    named: tuple[Instance, ...]
    fitting: tuple[Instance, ...]
    cheapest: Instance | None


def fitting_types(workload: BatchWorkload, region: str | None) -> Fitting:
    named = tuple(one for one in catalog.instances() if _is_named(one, workload) and _lives(one))
    fits = tuple(one for one in named if lack(one, workload) is None)
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


def _is_named(one: Instance, workload: BatchWorkload) -> bool:
    return any(stands_for(name, one) for name in workload.instances or ("optimal",))


def stands_for(name: str, one: Instance) -> bool:
    """Whether an entry of `compute.instances` means a type: by its name, its family, a bundle."""
    if name in BUNDLES:
        return one.family in BUNDLES[name]
    return catalog.ec2_name(name) in (one.name, one.family)


def _lives(one: Instance) -> bool:
    return not one.retired and "metal" not in one.name


def lack(one: Instance, workload: BatchWorkload) -> Lack | None:
    """The first thing for which a type cannot hold a job, in the order in which they are told."""
    if one.gpus < workload.gpus:
        return "gpus"
    if one.vcpus < workload.vcpus:
        return "vcpus"
    if usable_mib(one) < (workload.memory_mib or 0):
        return "memory"
    # The type may have more: Batch goes above maxvCpus by up to one instance, where it must.
    return "max_vcpus" if workload.vcpus > workload.max_vcpus else None


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
