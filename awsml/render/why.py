"""Why a run stands as it does, as a person and as a program reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from awsml.decide.training.diagnosis import Explained
from awsml.readers.reasons import Reason
from awsml.render.table import indented, wrap
from awsml.render.utilisation import explained_text
from awsml.store.run import PhaseRecord, Run, Status
from awsml.units import format_duration

_LAST_LINES = 5


_NO_REASON_YET = (
    "it waits for a machine, and AWS gives no reason; AWS Batch tells one once it has seen that no "
    "machine can be had, or that none would do"
)


_ASK_DOCTOR = "awsml doctor SCENARIO looks at the queue, its environments and the vCPU quotas"


@dataclass(frozen=True, slots=True)
class Case:
    """A run and what is understood of how it stands, the most telling reason first."""

    run: Run
    reasons: tuple[Reason, ...]
    phases: Sequence[PhaseRecord]
    lines: Sequence[str]
    utilisation: Explained | None = None


def case_text(case: Case, now: float, width: int) -> str:
    run = case.run
    lines = [f"{run.name}  {run.id}: {_standing(case, now)}"]
    for reason in case.reasons:
        lines += ["", *wrap(reason.says, width)]
        lines += indented(f"change: {reason.field}", width) if reason.field else []
        lines += indented(f"hint: {reason.hint}", width)
        lines += indented(f"words: {reason.quote}", width)
        lines += indented(f"source: {reason.source}", width)
    if run.phase == "Runnable" and run.backend == "aws" and not (run.over or case.reasons):
        lines += ["", *wrap(_NO_REASON_YET, width), *indented(f"hint: {_ASK_DOCTOR}", width)]
    if run.status is Status.FAILED and not case.reasons:
        lines += ["", "awsml does not know these words:"]
        lines += [f"  {part}" for part in wrap(run.reason or "no reason was given", width - 2)]
        lines += ["", "last lines of the log:", *(f"  {text}" for text in _tail(case))]
    if case.utilisation:
        lines += ["", explained_text(case.utilisation, width)]
    return "\n".join(lines)


def case_json(case: Case) -> dict[str, Any]:
    run = case.run
    return {
        "version": 1,
        "run": run.id,
        "name": run.name,
        "status": run.status.value,
        "phase": run.phase,
        "reason": run.reason,
        "because": [reason.as_json() for reason in case.reasons],
        "last_lines": _tail(case),
        "utilisation": case.utilisation.as_json() if case.utilisation else None,
    }


def _standing(case: Case, now: float) -> str:
    run = case.run
    if run.over:
        return run.status.value
    last = case.phases[-1] if case.phases else None
    if last is None:
        return run.status.value
    since = format_duration(max(0.0, now - last.started))
    return f"{last.name} for {since}{f', {last.detail}' if last.detail else ''}"


def _tail(case: Case) -> list[str]:
    return list(case.lines[-_LAST_LINES:])
