"""`awsml data get`: objects into a folder of this machine."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from awsml.cli.bar import Bar
from awsml.cli.objects import agreed_to_egress, where, where_options
from awsml.cli.options import yes_option
from awsml.cli.output import say
from awsml.cli.project import Project
from awsml.errors import UsageError
from awsml.storage.channel import Channel, ChannelData
from awsml.storage.objects import Address
from awsml.storage.stage import stage
from awsml.units import counted, format_bytes


@click.command("get", epilog="Example: awsml data get s3://demo/images/ ./images")
@click.argument("source", metavar="S3_URI")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@where_options
@yes_option
@click.pass_obj
def command(
    project: Project, source: str, folder: Path, on: str, endpoint_url: str | None, yes: bool
) -> int:
    """Copy objects into a folder of this machine."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder", hint="name a folder to copy into")
    place = where(project, on, endpoint_url)
    store = place.store()
    with closing(ChannelData(Channel("data", Address.parse(source)), store)) as data:
        total = sum(found.size or 0 for _, found in data.files())
        if not agreed_to_egress(place, total, yes):
            say("nothing was read; pass --yes to read it")
            return 1
        with Bar("reading") as bar:
            staged = stage(
                data, store, folder, link=False, progress=lambda _, size: bar.show(size, total)
            )
    read = counted(staged.files, "object")
    say(f"read {read}, {format_bytes(staged.bytes)}, into {folder}")
    return 0
