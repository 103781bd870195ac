"""`awsml catalog status`: how old the facts are."""

from __future__ import annotations

from collections.abc import Sequence

import click

from awsml import catalog
from awsml.catalog.snapshots import about
from awsml.catalog.tables import current
from awsml.cli.facts import warn_of_age, written
from awsml.cli.output import Output, outputs_option
from awsml.render import catalog_state as shown


@click.command("status", epilog="Example: awsml catalog status")
@outputs_option("text", "json")
def command(outputs: Sequence[Output]) -> None:
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
