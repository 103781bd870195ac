"""`awsml catalog diff`: what the last refresh changed."""

from __future__ import annotations

from collections.abc import Sequence

import click

from awsml.catalog.differences import differences
from awsml.catalog.snapshots import Snapshots
from awsml.catalog.tables import Tables
from awsml.cli.facts import facts_folder, written
from awsml.cli.output import Output, outputs_option
from awsml.cli.project import Project
from awsml.errors import UsageError
from awsml.render import catalog_state as shown


@click.command(
    "diff",
    epilog="Example: awsml catalog diff -o json",
    short_help="Show what the last refresh changed.",
)
@outputs_option("text", "json")
@click.pass_obj
def command(project: Project, outputs: Sequence[Output]) -> None:
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
