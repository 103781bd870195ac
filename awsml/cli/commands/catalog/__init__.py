"""`awsml catalog`: instances, prices, images and algorithms, and how fresh the facts are."""

from __future__ import annotations

import click

from awsml.cli.lazy import LazyGroup

_MEMBERS = ("show", "find", "images", "status", "diff", "refresh")


@click.group(
    "catalog",
    cls=LazyGroup,
    package=__name__,
    members=_MEMBERS,
    epilog="Example: awsml catalog show ml.g5.2xlarge",
)
def command() -> None:
    """Look up instance types, prices, images and algorithms.

    Every fact has a source and a date. A price with `~` is derived: from another component, from
    EC2's price, or from another region by a known factor. Where nothing is known, it says so.
    """
