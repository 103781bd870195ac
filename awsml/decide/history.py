"""Runs of the past as measurements: what they rested on, and how long their phases took."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from awsml.estimate.measured import (
    SAMPLES,
    Conditions,
    PastRun,
    measured_rates,
    measuring_runs,
)
from awsml.store.run import PhaseRecord, Run, Status

# Fields of an input that do not change what its copy takes.
_NOT_DATA = ("mode", "reads", "share")


def conditions_of(effective: Mapping[str, Any], backend: str) -> Conditions:
    """What has to be the same, read from the values in force of a training scenario."""
    image = {path: value for path, value in effective.items() if path.startswith("image.")}
    data = {
        path: value
        for path, value in effective.items()
        if path.startswith("inputs.") and path.rpartition(".")[2] not in _NOT_DATA
    }
    volume = effective.get("compute.volume"), effective.get("compute.count")
    sizes = [path for path in data if path.endswith(".data.size")]
    instance = effective.get("compute.instance")
    return Conditions(
        backend=backend,
        instance=None if instance == "auto" else instance,
        image=_identity(image) if image else None,
        data=_identity({**data, "volume": volume}) if sizes else None,
    )


def past_run(run: Run, phases: Iterable[PhaseRecord]) -> PastRun | None:
    """A completed training run; an interrupted one repeats phases and measures none."""
    if run.kind != "training" or run.status is not Status.COMPLETED:
        return None
    seconds: dict[str, float] = {}
    for phase in phases:
        if phase.seconds is None or phase.name in seconds:
            return None
        seconds[phase.name] = phase.seconds
    effective = {path: entry.get("value") for path, entry in run.effective.items()}
    modes = {str(v) for path, v in effective.items() if path.startswith("input_mode.")}
    mode = modes.pop() if len(modes) == 1 else "mixed"
    rate = _samples_per_second(effective, seconds.get("Training"))
    return PastRun(conditions_of(effective, run.backend), mode, seconds, rate, run.id)


def _samples_per_second(effective: Mapping[str, Any], training: float | None) -> float | None:
    """All samples of all epochs over the time that the container ran."""
    epochs, samples = effective.get("workload.epochs"), effective.get("workload.samples")
    if not (epochs and samples and training):
        return None
    return float(epochs) * float(samples) / training


def measured_block(
    same: Conditions, past: Sequence[PastRun], values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Each rate that runs of the same job measured, by which of them, and what it stands in for;
    a rate that the scenario states is not replaced."""
    runs = measuring_runs(same, past)
    stated = values.get("workload.samples_per_second") or values.get("workload.compute")
    return [
        {
            "what": name,
            "value": estimate.as_json(),
            "runs": list(runs[name]),
            "used": not (name == SAMPLES and stated),
        }
        for name, estimate in measured_rates(same, past).items()
    ]


def _identity(values: Mapping[str, Any]) -> str:
    return json.dumps(values, sort_keys=True, default=str)
