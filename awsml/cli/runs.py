"""`awsml runs`: every run of the project, here and on AWS."""

from __future__ import annotations

import time
from collections.abc import Sequence

import click

from awsml.cli.output import Output, Style, as_json_text, outputs_option, write
from awsml.cli.project import Project
from awsml.kinds import KINDS
from awsml.render.runs import RunView, run_json, runs_table
from awsml.store.run import Status
from awsml.store.runs import RunStore


@click.command("runs", epilog="Example: awsml runs --status Failed -o json")
@click.option("--kind", type=click.Choice(sorted(KINDS)), help="Only runs of this kind.")
@click.option("--on", type=click.Choice(["local", "aws"]), help="Only runs of this backend.")
@click.option("--name", metavar="NAME", help="Only runs of this scenario name.")
@click.option(
    "--status",
    type=click.Choice([status.value for status in Status], case_sensitive=False),
    help="Only runs that stand so.",
)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@outputs_option("text", "json")
@click.pass_obj
def command(
    project: Project,
    kind: str | None,
    on: str | None,
    name: str | None,
    status: str | None,
    limit: int,
    outputs: Sequence[Output],
) -> None:
    """List runs, newest first."""
    wanted = Status(status) if status else None
    views: list[RunView] = []
    if (project.state / "runs.db").exists():
        with RunStore(project.state) as store:
            found = store.find(kind=kind, backend=on, name=name, status=wanted, limit=limit)
            views = [RunView.of(store, run) for run in found]
    writers = {
        "text": lambda style: _text(views, style),
        "json": lambda _: as_json_text({"version": 1, "runs": [run_json(view) for view in views]}),
    }
    write(outputs, writers)


def _text(views: Sequence[RunView], style: Style) -> str:
    runs = [view.run for view in views]
    return runs_table(runs, time.time(), style.width) if runs else "no runs"
