"""`awsml endpoint delete`: end an endpoint, here or on AWS."""

from __future__ import annotations

import time

import click

from awsml.cli.commands.endpoint.scenario import endpoint_up
from awsml.cli.options import yes_option
from awsml.cli.output import say
from awsml.cli.project import Project
from awsml.errors import BackendError
from awsml.store.run import Run
from awsml.store.runs import RunStore

_GRACE_AND_MORE = 45.0
_LOOK_SECONDS = 0.1


@click.command(
    "delete",
    epilog="Example: awsml endpoint delete flowers",
    short_help="Delete an endpoint and what was made for it.",
)
@click.argument("name", required=False)
@click.option(
    "--on",
    type=click.Choice(["local", "aws"]),
    default="local",
    show_default=True,
    help="Where the endpoint is.",
)
@yes_option
@click.pass_obj
def command(project: Project, name: str | None, on: str, yes: bool) -> int:
    """Delete an endpoint: SIGTERM, 30 seconds of grace, and nothing is left running.

    With --on aws: its scaling, the endpoint, its configuration and its model, in this order.
    """
    if on == "aws":
        from awsml.cli.commands.endpoint.on_aws import (
            delete_on_aws,  # boto3 only where AWS is spoken to
        )

        return delete_on_aws(project, name, yes=yes)
    run = endpoint_up(project, name)
    with RunStore(project.state) as store:
        store.ask_to_stop(run.id)
        _until_over(store, run)
    say(f"endpoint {run.name} is deleted")
    return 0


def _until_over(store: RunStore, run: Run) -> None:
    end = time.monotonic() + _GRACE_AND_MORE
    while time.monotonic() < end:
        if store.get(run.id).over:
            return
        time.sleep(_LOOK_SECONDS)
    raise BackendError(
        f"endpoint {run.name} does not end",
        hint=f"awsml stop {run.id} --now",
        slug="endpoint-does-not-end",
    )
