"""`awsml data`: measure, pack, put, get and list datasets."""

from __future__ import annotations

import click

from awsml.cli.lazy import LazyGroup

_MEMBERS = ("probe", "pack", "put", "get", "ls")


@click.group(
    "data",
    cls=LazyGroup,
    package=__name__,
    members=_MEMBERS,
    epilog="Example: awsml data probe ./images",
)
def command() -> None:
    """Measure, pack, put, get and list datasets.

    s3:// means the project's own object store (.awsml/s3) unless --on aws or --endpoint-url says
    otherwise.
    """
