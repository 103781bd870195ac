"""`awsml why`: why a run failed, was stopped, or waits; one sentence and what to change."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from awsml.cli.options import run_argument
from awsml.cli.output import Output, Style, as_json_text, outputs_option, write
from awsml.cli.project import Project
from awsml.cli.subject import log_lines, run_named, runs_for
from awsml.cli.utilisation import explained
from awsml.decide.diagnosis import Explained
from awsml.readers.reasons import Reason, explain
from awsml.render.table import wrap
from awsml.render.utilisation import explained_text
from awsml.store.run import PhaseRecord, Run, Status
from awsml.units import format_duration

_LOG_LINES = 200
_LAST_LINES = 5
_NO_REASON_YET = (
    "it waits for a machine, and AWS gives no reason; AWS Batch tells one once it has seen that no "
    "machine can be had, or that none would do"
)
_ASK_DOCTOR = "awsml doctor SCENARIO looks at the queue, its environments and the vCPU quotas"


@click.command("why", epilog="Example: awsml why last")
@run_argument
@click.option(
    "--metrics",
    metavar="FILE|cloudwatch",
    help="Utilisation over time (CSV, JSON, or from CloudWatch): why the GPU is idle.",
)
@outputs_option("text", "json")
@click.pass_obj
def command(project: Project, run: str, metrics: str | None, outputs: Sequence[Output]) -> None:
    """Say why a run failed, was stopped, waits or starves its GPU, and which field to change.

    RUN is an id, the beginning of one, a name, or a training job on AWS.
    """
    with runs_for(project, run) as store:
        found = run_named(project, store, run)
        lines = [line.text for line in log_lines(project, store, found, tail=_LOG_LINES)]
        phases = store.phases(found.id)
    seen = explained(project, found, metrics) if metrics else None
    case = Case(found, tuple(explain(_words(found, phases), lines)), phases, lines, seen)
    writers = {
        "text": lambda style: case_text(case, time.time(), style),
        "json": lambda _: as_json_text(case_json(case)),
    }
    write(outputs, writers)


@dataclass(frozen=True, slots=True)
class Case:
    """A run and what is understood of how it stands, the most telling reason first."""

    run: Run
    reasons: tuple[Reason, ...]
    phases: Sequence[PhaseRecord]
    lines: Sequence[str]
    utilisation: Explained | None = None


def case_text(case: Case, now: float, style: Style) -> str:
    run, width = case.run, style.width
    lines = [f"{run.name}  {run.id}: {_standing(case, now)}"]
    for reason in case.reasons:
        lines += ["", *wrap(reason.says, width)]
        lines += _indented("change", reason.field, width) if reason.field else []
        lines += _indented("hint", reason.hint, width)
        lines += _indented("words", reason.quote, width)
        lines += _indented("source", reason.source, width)
    if run.phase == "Runnable" and run.backend == "aws" and not (run.over or case.reasons):
        lines += ["", *wrap(_NO_REASON_YET, width), *_indented("hint", _ASK_DOCTOR, width)]
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


def _words(run: Run, phases: Sequence[PhaseRecord]) -> str | None:
    """What the service said: the reason, and what it says of the phase a run waits in."""
    if run.status is Status.COMPLETED:
        return None
    detail = phases[-1].detail if phases and not run.over else None
    secondary = run.figures.get("secondary_status")
    said = [run.reason, detail, None if run.status is Status.FAILED else secondary]
    return "\n".join(text for text in said if text) or None


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


def _indented(label: str, text: str, width: int) -> list[str]:
    first, *rest = wrap(f"{label}: {text}", width - 2)
    return [f"  {first}", *(f"    {part}" for part in rest)]
