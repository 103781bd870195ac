"""One machine as the estimators see it: cores, memory, links and disks in bytes a second."""

from __future__ import annotations

from typing import NamedTuple

from awsml.catalog import Instance

BYTES_PER_GBPS = 125e6
GIB = 2**30


class Machine(NamedTuple):
    """An instance type. `peak` holds for a burst, `base` for ever; local_bytes 0 is EBS only."""

    instance: str
    vcpu: int
    memory_bytes: float
    network_base: float
    network_peak: float
    ebs_base: float
    ebs_peak: float
    local_bytes: float = 0.0
    local_disks: int = 0
    gpus: int = 0
    gpu: str | None = None

    @property
    def has_local_disk(self) -> bool:
        return self.local_bytes > 0


class Link(NamedTuple):
    """A path for data: `peak` for the first `burst_seconds`, then `base` (bytes a second)."""

    peak: float
    base: float
    burst_seconds: float

    def seconds(self, size_bytes: float) -> float:
        """Time to move that much through the link from rest."""
        in_burst = self.peak * self.burst_seconds
        if size_bytes <= in_burst:
            return size_bytes / self.peak
        return self.burst_seconds + (size_bytes - in_burst) / self.base

    def narrowed(self, peak: float, base: float | None = None) -> Link:
        """The same link with a second limit in its path."""
        return Link(
            min(self.peak, peak),
            min(self.base, peak if base is None else base),
            self.burst_seconds,
        )


def machine_of(instance: Instance) -> Machine | None:
    """The catalogue's row in bytes a second; None where a needed figure is unknown.

    S3 traffic uses one network card: the sum over cards is for traffic between machines.
    """
    base = instance.card_baseline_gbps or instance.network_baseline_gbps
    if base is None or instance.ebs_baseline_mbs is None:
        return None
    peak = max(base, (instance.network_peak_gbps or base) / max(1, instance.network_cards))
    return Machine(
        instance=instance.name,
        vcpu=instance.vcpus,
        memory_bytes=instance.memory_gib * GIB,
        network_base=base * BYTES_PER_GBPS,
        network_peak=peak * BYTES_PER_GBPS,
        ebs_base=instance.ebs_baseline_mbs * 1e6,
        ebs_peak=(instance.ebs_maximum_mbs or instance.ebs_baseline_mbs) * 1e6,
        local_bytes=instance.disk_gb * 1e9,
        local_disks=instance.disks,
        gpus=instance.gpus,
        gpu=instance.accelerator.name if instance.accelerator else None,
    )
