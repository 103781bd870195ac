"""`awsml import`: a scenario from a job that is on AWS."""

from __future__ import annotations

import click

from awsml.cli.lazy import LazyGroup

_MEMBERS = ("training-job", "tuning-job", "batch-job")


@click.group(
    "import",
    cls=LazyGroup,
    package=__name__,
    members=_MEMBERS,
    epilog="Example: awsml import training-job NAME -o yaml=train.yaml",
)
def command() -> None:
    """Write a scenario from a job on AWS."""
