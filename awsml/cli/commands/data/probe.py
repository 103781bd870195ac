"""`awsml data probe`: a dataset in numbers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import click

from awsml.cli.bar import Bar
from awsml.cli.objects import agreed_to_egress, source_of, where, where_options
from awsml.cli.options import yes_option
from awsml.cli.output import Output, as_json_text, outputs_option, write
from awsml.cli.project import Project
from awsml.render.dataset import probe_text
from awsml.storage.probe import probe


@click.command("probe", epilog="Example: awsml data probe ./images --write training.yaml")
@click.argument("source")
@click.option(
    "--write",
    "scenario",
    type=click.Path(path_type=Path),
    help="Write the data block into this scenario.",
)
@click.option("--channel", metavar="NAME", help="The channel of --write; the only one if left out.")
@click.option("--no-read", is_flag=True, help="Only list; do not time a sample.")
@where_options
@yes_option
@outputs_option("text", "json")
@click.pass_obj
def command(
    project: Project,
    source: str,
    scenario: Path | None,
    channel: str | None,
    no_read: bool,
    on: str,
    endpoint_url: str | None,
    yes: bool,
    outputs: Sequence[Output],
) -> None:
    """Measure a dataset and how fast it can be read.

    Size, objects, their distribution and format, how even shards would be, time to the first
    byte and rate. SOURCE is s3://bucket/prefix/ or a folder.
    """
    place = where(project, on, endpoint_url)
    store, address = source_of(source, place)
    with Bar("listing") as bar:
        found = probe(
            store,
            address,
            time.perf_counter,
            shown=source,
            agreed=lambda size: not no_read and agreed_to_egress(place, size, yes),
            check=lambda count: bar.show(count, None),
        )
    if scenario is not None:
        from awsml.cli.commands.data.block import write_block

        write_block(project, scenario, channel, found)
    writers = {
        "text": lambda style: probe_text(found, style.width),
        "json": lambda _: as_json_text(found.as_json()),
    }
    write(outputs, writers)
