"""The jobs of a scenario in an order in which each follows what it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from awsml.kinds.batch.fields import Dependency
from awsml.kinds.batch.spec import BatchSpec
from awsml.plan import Ref

TYPES = {"n-to-n": "N_TO_N", "sequential": "SEQUENTIAL"}


@dataclass(frozen=True, slots=True)
class Submission:
    """One SubmitJob; `id` is the step's name, empty for the only job of a scenario."""

    id: str
    command: tuple[str, ...]
    array: int | None
    depends_on: tuple[Mapping[str, Any], ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout: float | None = None


def submissions(spec: BatchSpec) -> list[Submission]:
    if not spec.steps:
        waits = tuple(_depends_on(d) for d in spec.depends_on)
        return [Submission("", tuple(spec.command), spec.array, waits)]
    done: dict[str, Submission] = {}
    while len(done) < len(spec.steps):
        for name, step in spec.steps.items():
            needed = {d.step for d in step.depends_on if d.step is not None}
            if name not in done and needed <= set(done):
                done[name] = Submission(
                    name,
                    tuple(step.command),
                    step.array,
                    tuple(_depends_on(d) for d in step.depends_on),
                    step.environment,
                    step.timeout,
                )
    return list(done.values())


def _depends_on(dependency: Dependency) -> dict[str, Any]:
    """AWS's form; the id of a step's job is known once that job was sent."""
    found: dict[str, Any] = {}
    if dependency.step is not None:
        found["jobId"] = Ref(f"output:SubmitJob/{dependency.step}.jobId")
    elif dependency.job is not None:
        found["jobId"] = dependency.job
    if dependency.type is not None:
        found["type"] = TYPES[dependency.type]
    return found
