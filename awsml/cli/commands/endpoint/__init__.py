"""`awsml endpoint`: deploy, measure, find idle and delete."""

from __future__ import annotations

import click

from awsml.cli.lazy import LazyGroup

_MEMBERS = ("deploy", "bench", "idle", "delete")


@click.group(
    "endpoint",
    cls=LazyGroup,
    package=__name__,
    members=_MEMBERS,
    epilog="Example: awsml endpoint deploy && awsml endpoint bench",
)
def command() -> None:
    """Serve a model on this machine or on AWS, measure it, and find what serves nobody."""
