"""`awsml catalog status`, `diff` and `refresh`: how fresh the facts are, and fresher ones."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from awsml import catalog
from awsml.catalog.differences import differences
from awsml.catalog.refresh import Reading, read_all
from awsml.catalog.snapshots import Snapshots, about
from awsml.catalog.tables import Tables, current
from awsml.cli.facts import facts_folder, known_region, warn_of_age, written
from awsml.cli.output import Output, outputs_option, say, warn
from awsml.cli.project import Project
from awsml.errors import UsageError
from awsml.render import catalog_state as shown


@click.command("status", epilog="Example: awsml catalog status")
@outputs_option("text", "json")
def status(outputs: Sequence[Output]) -> None:
    """Say how old the facts are, and which regions were refreshed."""
    snapshot = current().refreshed
    name = snapshot.name if snapshot else None
    facts = about(snapshot) if snapshot else {}
    ages = catalog.ages()
    written(
        outputs,
        lambda width: shown.status_text(ages, name, facts, width),
        lambda: shown.status_json(ages, name, facts),
    )
    warn_of_age()


@click.command(
    "diff",
    epilog="Example: awsml catalog diff -o json",
    short_help="Show what the last refresh changed.",
)
@outputs_option("text", "json")
@click.pass_obj
def diff(project: Project, outputs: Sequence[Output]) -> None:
    """Show what the last refresh changed against the one before it, or the bundled facts."""
    store = Snapshots(facts_folder(project.environ))
    newest = store.current()
    if newest is None:
        raise UsageError("nothing was refreshed yet", hint="run `awsml catalog refresh`")
    changes = differences(Tables(refreshed=store.before(newest)), Tables(refreshed=newest))
    written(
        outputs,
        lambda width: shown.changes_text(changes, width),
        lambda: shown.changes_json(changes),
    )


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
def refresh(project: Project, regions: Sequence[str], accept_changes: bool) -> None:
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
