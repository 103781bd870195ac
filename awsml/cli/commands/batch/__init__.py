"""`awsml batch`: submit jobs, deploy what they run in, show when they run."""

from __future__ import annotations

import click

from awsml.cli.lazy import LazyGroup

_MEMBERS = ("submit", "deploy", "schedule", "destroy")


@click.group(
    "batch",
    cls=LazyGroup,
    package=__name__,
    members=_MEMBERS,
    epilog="Example: awsml batch submit --interrupt 50%",
)
def command() -> None:
    """Run jobs on AWS Batch, or the same jobs on this machine.

    `awsml status`, `logs`, `stop` and `why` look after them like after every run.
    """
