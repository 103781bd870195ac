"""`awsml why`: why a run failed, was stopped, or waits; one sentence and what to change."""

from __future__ import annotations

import time
from collections.abc import Sequence

import click

from awsml.cli.options import run_argument
from awsml.cli.output import Output, as_json_text, outputs_option, write
from awsml.cli.project import Project
from awsml.cli.subject import log_lines, run_named, runs_for
from awsml.cli.utilisation import explained
from awsml.readers.reasons import explain
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
    seen = explained(project, found, metrics) if metrics else None
    case = Case(found, tuple(explain(_words(found, phases), lines)), phases, lines, seen)
    writers = {
        "text": lambda style: case_text(case, time.time(), style.width),
        "json": lambda _: as_json_text(case_json(case)),
    }
    write(outputs, writers)


def _words(run: Run, phases: Sequence[PhaseRecord]) -> str | None:
    """What the service said: the reason, and what it says of the phase a run waits in."""
    if run.status is Status.COMPLETED:
        return None
    detail = phases[-1].detail if phases and not run.over else None
    secondary = run.figures.get("secondary_status")
    said = [run.reason, detail, None if run.status is Status.FAILED else secondary]
    return "\n".join(text for text in said if text) or None
