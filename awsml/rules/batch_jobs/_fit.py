"""Which machines a Batch job fits on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from awsml.catalog import Instance, limit
from awsml.rules.batch_jobs._jobs import amount, requirements
from awsml.rules.rule import Part
from awsml.units import counted

_LEGACY = {"VCPU": "vcpus", "MEMORY": "memory"}


class Need(NamedTuple):
    """What a container asks for."""

    vcpus: float
    memory_mib: float
    gpus: float

    def __str__(self) -> str:
        parts = [counted(self.vcpus, "vCPU")] * bool(self.vcpus)
        parts += [f"{self.memory_mib:g} MiB for a job"] * bool(self.memory_mib)
        parts += [counted(self.gpus, "GPU")] * bool(self.gpus)
        return ", ".join(parts)


class Asked(NamedTuple):
    """What a job needs, and the first place that asks for each part of it."""

    need: Need
    vcpus: Part | None
    memory: Part | None
    gpus: Part | None


def asked_by(containers: list[Part]) -> Asked:
    """What containers that run side by side need together."""
    totals, places = dict.fromkeys(("VCPU", "MEMORY", "GPU"), 0.0), dict[str, Part]()
    for container in containers:
        found = requirements(container)
        for kind in totals:
            part = found.get(kind)
            size = amount(part)
            if part is None and kind in _LEGACY:
                part = container[_LEGACY[kind]]
                size = part.number
            if part is not None and size:
                totals[kind] += size
                places.setdefault(kind, part)
    need = Need(totals["VCPU"], totals["MEMORY"], totals["GPU"])
    return Asked(need, *(places.get(kind) for kind in totals))


def fits(machine: Instance, need: Need) -> bool:
    """Whether it could; the system keeps more memory than what the agent is known to keep."""
    kept = float(limit("batch_agent_memory").value)
    return _roomy(machine, need) and need.memory_mib <= machine.memory_gib * 1024 - kept


def largest_memory_mib(machines: Iterable[Instance], need: Need) -> int | None:
    """Memory that a job surely gets on a machine that fits otherwise; None when none does."""
    kept, share = limit("batch_agent_memory").value, limit("batch_usable_memory_share").value
    rooms = (one.memory_gib * 1024 * float(share) for one in machines if _roomy(one, need))
    most = max(rooms, default=None)
    return None if most is None else int(most - float(kept))


def _roomy(machine: Instance, need: Need) -> bool:
    return need.vcpus <= machine.vcpus and need.gpus <= machine.gpus
