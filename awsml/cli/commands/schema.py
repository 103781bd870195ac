"""`awsml schema KIND`: JSON Schema of a kind, for editors and other programs."""

from __future__ import annotations

from collections.abc import Sequence

import click

from awsml.cli.output import Output, as_json_text, outputs_option, write
from awsml.kinds import KINDS, kind_named
from awsml.scenario.schema import spec_schema


@click.command(
    "schema", epilog="Example: awsml schema training -o json=.vscode/awsml-training.json"
)
@click.argument("kind", type=click.Choice(KINDS))
@outputs_option("json")
def command(kind: str, outputs: Sequence[Output]) -> None:
    """Print the JSON Schema of a kind's scenarios, with every field described.

    In an editor with a YAML language server, put this in a scenario's first line:
    # yaml-language-server: $schema=awsml-training.json
    """
    schema = spec_schema(kind, kind_named(kind).Spec)
    write(outputs, {"json": lambda _: as_json_text(schema)})
