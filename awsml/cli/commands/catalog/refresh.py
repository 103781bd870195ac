"""`awsml catalog refresh`: fresher facts from AWS."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from awsml.catalog.refresh import Reading, read_all
from awsml.catalog.snapshots import Snapshots
from awsml.catalog.tables import current
from awsml.cli.facts import facts_folder, known_region
from awsml.cli.output import say, warn
from awsml.cli.project import Project


@click.command(
    "refresh",
    epilog="Example: awsml catalog refresh --region us-east-1",
    short_help="Read prices and instance facts from AWS.",
)
@click.option(
    "--region", "regions", multiple=True, metavar="REGION", help="A region to read; repeatable."
)
@click.option("--accept-changes", is_flag=True, help="Take prices that moved by more than half.")
@click.pass_obj
def command(project: Project, regions: Sequence[str], accept_changes: bool) -> None:
    """Read prices, types, offerings, Spot prices and quotas from AWS with your credentials.

    Everything is read, checked, and then switched in at once; if anything is wrong, the facts in
    force stay. Old snapshots are kept.
    """
    from awsml.catalog.gates import checked

    reading = _reading(project, [known_region(name) for name in regions or (project.region,)])
    passed = checked(reading, current(), accept_changes=accept_changes)
    path = Snapshots(facts_folder(project.environ)).write(reading, passed)
    for reason in passed.set_aside:
        warn(f"set aside: {reason}")
    counts = ", ".join(f"{len(rows):,} {name}" for name, rows in sorted(passed.rows.items()))
    say(f"{counts}; now in force: {path}")


def _reading(project: Project, regions: Sequence[str]) -> Reading:
    """A session for each part, since boto3's are not for several threads."""
    from awsml.aws.session import Session

    with click.progressbar(length=1, file=sys.stderr, label="reading") as bar:

        def progress(done: int, parts: int, what: str) -> None:
            bar.length, bar.label = parts, what
            bar.update(1)

        return read_all(
            lambda region: Session(project.profile, region), regions, datetime.now(UTC), progress
        )
