"""`awsml why`: why a run failed, was stopped, or waits; one sentence and what to change."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import click

from awsml.cli.options import run_argument
from awsml.cli.output import Output, as_json_text, outputs_option, write
from awsml.cli.project import Project
from awsml.cli.subject import log_lines, run_named, runs_for
from awsml.cli.utilisation import explained
from awsml.readers.reasons import Reason, explain
from awsml.render.why import Case, case_json, case_text
from awsml.store.run import PhaseRecord, Run, Status

_LOG_LINES = 200


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
        errors = [one.figures.get("error") for one in (found, *store.children(found.id))]
    seen = explained(project, found, metrics) if metrics else None
    known = (*_own(errors, found), *explain(_words(found, phases), lines))
    reasons = tuple(_about(reason, found) for reason in known)
    case = Case(found, reasons, phases, lines, seen)
    writers = {
        "text": lambda style: case_text(case, time.time(), style.width),
        "json": lambda _: as_json_text(case_json(case)),
    }
    write(outputs, writers)


def _own(errors: Sequence[dict[str, Any] | None], run: Run) -> Iterator[Reason]:
    """awsml's own error that ended the run, or the first of its trials that one ended."""
    error = next((each for each in errors if each), None)
    if error is None or run.status is not Status.FAILED:
        return
    slug, message = str(error["slug"]), str(error["message"])
    page = f"awsml explain {slug}"
    yield Reason(slug, message, None, error.get("hint") or page, page, run.reason or message)


def _about(reason: Reason, run: Run) -> Reason:
    """With the run's own name where a hint speaks of any run, ready to type."""
    return replace(reason, hint=re.sub(r"\bRUN\b", run.id, reason.hint))


def _words(run: Run, phases: Sequence[PhaseRecord]) -> str | None:
    """What the service said: the reason, and what it says of the phase a run waits in."""
    if run.status is Status.COMPLETED:
        return None
    detail = phases[-1].detail if phases and not run.over else None
    secondary = run.figures.get("secondary_status")
    said = [run.reason, detail, None if run.status is Status.FAILED else secondary]
    return "\n".join(text for text in said if text) or None
