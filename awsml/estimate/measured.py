"""Rates measured by earlier runs, which replace constants only where everything is the same.

A rate holds for one backend, instance type, image and dataset. A run that differs in any of them
says nothing about the next one, and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from awsml.basis import Basis, Estimate

# The phase of a run, as SageMaker calls it, and the constant that it measures.
_RATES = {"Starting": "provision_seconds", "Uploading": "upload_seconds"}
_DOWNLOAD = "Downloading"
UNBILLED = frozenset({"Pending", "Starting"})
SAMPLES = "samples_per_second"


class Conditions(NamedTuple):
    """What has to be the same. `data` identifies the channels: locations, sizes, objects."""

    backend: str
    instance: str | None
    image: str | None
    data: str | None

    @property
    def known(self) -> bool:
        return None not in (self.instance, self.image, self.data)


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run that completed: seconds of each phase, and samples a second where it told."""

    conditions: Conditions
    mode: str  # of its S3 channels; mixed runs measure no download
    phases: Mapping[str, float] = field(default_factory=dict)
    samples_per_second: float | None = None  # as fed, the start of the container included
    run: str = ""


def measured_rates(wanted: Conditions, past: Iterable[PastRun]) -> dict[str, Estimate]:
    """By name of the constant, `download_seconds.MODE` or `samples_per_second`."""
    return {
        name: _spread(name, [value for _, value in found])
        for name, found in _found(wanted, past).items()
    }


def measuring_runs(wanted: Conditions, past: Iterable[PastRun]) -> dict[str, tuple[str, ...]]:
    """The runs that each rate was measured by."""
    return {name: tuple(run for run, _ in found) for name, found in _found(wanted, past).items()}


def _found(wanted: Conditions, past: Iterable[PastRun]) -> dict[str, list[tuple[str, float]]]:
    found: dict[str, list[tuple[str, float]]] = {}
    if wanted.known:
        for run in past:
            if run.conditions == wanted:
                for name, value in _values(run):
                    found.setdefault(name, []).append((run.run, value))
    return found


def billed_elsewhere(wanted: Conditions, past: Iterable[PastRun]) -> dict[str, Estimate]:
    """Billed seconds of the same job on other instance types, by type."""
    if not wanted.known:
        return {}
    found: dict[str, list[float]] = {}
    for run in past:
        there = run.conditions.instance
        moved = run.conditions._replace(instance=wanted.instance)
        if there and there != wanted.instance and moved == wanted:
            billed = sum(s for phase, s in run.phases.items() if phase not in UNBILLED)
            found.setdefault(there, []).append(billed)
    return {name: _spread("billed", values) for name, values in found.items()}


def download_name(mode: str) -> str:
    return f"download_seconds.{mode}"


def downloads(measured: Mapping[str, Estimate]) -> dict[str, Estimate]:
    """The measured copies or listings, by mode."""
    prefix = download_name("")
    return {
        name.removeprefix(prefix): value
        for name, value in measured.items()
        if name.startswith(prefix)
    }


def _values(run: PastRun) -> Iterable[tuple[str, float]]:
    for phase, seconds in run.phases.items():
        if phase in _RATES:
            yield _RATES[phase], seconds
        elif phase == _DOWNLOAD and run.mode in ("file", "fastfile", "pipe", "fsx"):
            yield download_name(run.mode), seconds
    if run.samples_per_second:
        yield SAMPLES, run.samples_per_second


def _spread(name: str, values: list[float]) -> Estimate:
    """Mean, smallest and largest; one run has no spread of its own."""
    unit = "1/s" if name == SAMPLES else "s"
    mean = sum(values) / len(values)
    return Estimate(min(values), mean, max(values), unit, Basis.MEASURED)
