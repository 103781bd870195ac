"""Room for jobs on this machine: CPUs, and GPUs where there are any."""

from __future__ import annotations

from dataclasses import dataclass, field

from awsml.backends.local.batch.jobs import JobSpec


@dataclass
class Slots:
    """What is free. A job that asks for more than the machine has runs alone."""

    cpus: int
    gpus: int
    _used: float = 0.0
    _free: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._free = list(range(self.gpus))

    def take(self, spec: JobSpec) -> tuple[int, ...] | None:
        """The GPUs of a job, none on a machine without; None when there is no room."""
        cpus, gpus = self._wanted(spec)
        if self._used + cpus > self.cpus or gpus > len(self._free):
            return None
        self._used += cpus
        taken, self._free = tuple(self._free[:gpus]), self._free[gpus:]
        return taken

    def give_back(self, spec: JobSpec, gpus: tuple[int, ...]) -> None:
        self._used -= self._wanted(spec)[0]
        self._free = sorted((*self._free, *gpus))

    def _wanted(self, spec: JobSpec) -> tuple[float, int]:
        return min(spec.vcpus, self.cpus), min(spec.gpus, self.gpus)
