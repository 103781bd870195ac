"""`awsml status`: where a run stands."""

from __future__ import annotations

from collections.abc import Sequence

import click

from awsml.cli.local_run import write_run
from awsml.cli.options import run_argument
from awsml.cli.output import Output, outputs_option
from awsml.cli.project import Project


@click.command("status", epilog="Example: awsml status last -o json")
@run_argument
@outputs_option("text", "json")
@click.pass_obj
def command(project: Project, run: str, outputs: Sequence[Output]) -> None:
    """Show phases, metrics, artifacts and what AWS would do differently.

    RUN is an id, the beginning of one, or a name (its newest run); the last run if left out.
    """
    write_run(project, run, outputs)
