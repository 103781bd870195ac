"""`awsml cluster`: what measurements say about more GPUs, and a bench that makes them."""

from __future__ import annotations

import click

from awsml.cli.lazy import LazyGroup

_MEMBERS = ("fit", "bench")


@click.group(
    "cluster",
    cls=LazyGroup,
    package=__name__,
    members=_MEMBERS,
    epilog="Example: awsml cluster fit bench.csv",
)
def command() -> None:
    """Fit and measure how a GPU cluster scales."""
