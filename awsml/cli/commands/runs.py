"""`awsml runs`: every run of the project, here and on AWS."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from awsml.cli.output import Output, Style, as_json_text, outputs_option, write
from awsml.cli.project import Project
from awsml.cli.subject import current
from awsml.errors import UsageError
from awsml.kinds import KINDS
from awsml.render.account_jobs import jobs_text
from awsml.render.runs import RunView, run_json, runs_table
from awsml.store.run import Status
from awsml.store.runs import RunStore

if TYPE_CHECKING:
    pass


@click.command("runs", epilog="Example: awsml runs --status Failed -o json")
@click.option("--kind", type=click.Choice(sorted(KINDS)), help="Only runs of this kind.")
@click.option("--on", type=click.Choice(["local", "aws"]), help="Only runs of this backend.")
@click.option("--name", metavar="NAME", help="Only runs of the scenario of this name.")
@click.option(
    "--status",
    type=click.Choice([status.value for status in Status], case_sensitive=False),
    help="Only runs with this status.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="The most runs to list, newest first.",
)
@click.option(
    "--account", is_flag=True, help="Training jobs of the AWS account, whoever made them."
)
@click.option(
    "--accuracy", is_flag=True, help="What was predicted beside what happened, and how far off."
)
@outputs_option("text", "json")
@click.pass_obj
def command(
    project: Project,
    kind: str | None,
    on: str | None,
    name: str | None,
    status: str | None,
    limit: int,
    account: bool,
    accuracy: bool,
    outputs: Sequence[Output],
) -> None:
    """List runs, newest first. AWS is asked about those that run there.

    --accuracy holds the plan of each completed run on AWS against what AWS told: seconds of each
    phase, billed time, dollars; then the median error and the bias over all of them.
    """
    if account and accuracy:
        raise UsageError(
            "nothing was predicted for jobs that awsml did not start", hint="leave out --account"
        )
    if account:
        _write_account(project, limit, outputs)
        return
    wanted = Status(status) if status else None
    views: list[RunView] = []
    if (project.state / "runs.db").exists():
        with RunStore(project.state) as store:
            found = store.find(kind=kind, backend=on, name=name, status=wanted, limit=limit)
            views = [RunView.of(store, run) for run in current(project, store, found)]
    if accuracy:
        _write_accuracy(views, outputs)
        return
    writers = {
        "text": lambda style: _text(views, style),
        "json": lambda _: as_json_text({"version": 1, "runs": [run_json(view) for view in views]}),
    }
    write(outputs, writers)


def _write_accuracy(views: Sequence[RunView], outputs: Sequence[Output]) -> None:
    from awsml.render.accuracy import Accuracy, accuracy_json, accuracy_text  # statistics

    told = Accuracy.of(views)
    writers = {
        "text": lambda style: accuracy_text(told, style.width),
        "json": lambda _: as_json_text(accuracy_json(told)),
    }
    write(outputs, writers)


def _write_account(project: Project, limit: int, outputs: Sequence[Output]) -> None:
    from awsml.backends.aws.listing import training_jobs  # boto3 only where AWS is spoken to
    from awsml.cli.session import session_of

    jobs = list(training_jobs(session_of(project), limit))
    writers = {
        "text": lambda style: jobs_text(jobs, style.width),
        "json": lambda _: as_json_text({"version": 1, "jobs": [job.as_json() for job in jobs]}),
    }
    write(outputs, writers)


def _text(views: Sequence[RunView], style: Style) -> str:
    runs = [view.run for view in views]
    return runs_table(runs, time.time(), style.width) if runs else "no runs"
