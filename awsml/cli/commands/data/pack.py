"""`awsml data pack`: many small files into few large ones."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import click

from awsml.cli.bar import Bar
from awsml.cli.output import Output, as_json_text, outputs_option, write
from awsml.errors import UsageError
from awsml.render.packed import packed_text
from awsml.storage.pack.run import Order, pack
from awsml.storage.pack.shards import FORMATS, TARGET
from awsml.units import QuantityError, format_bytes, parse_bytes

_SHARD_HINT = "use --shard-size with a size such as `128 MB`"


@click.command("pack", epilog="Example: awsml data pack ./images ./packed --as webdataset")
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--as",
    "form",
    type=click.Choice(FORMATS),
    default="webdataset",
    show_default=True,
    help="recordio: a record for each file; webdataset: tar archives; shards: files joined.",
)
@click.option(
    "--shard-size",
    default=format_bytes(TARGET),
    show_default=True,
    help="About how large each shard is.",
)
@click.option(
    "--header",
    is_flag=True,
    help="Each file starts with the same line of names; a shard has it once.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 1,
    help="Processes; one for each core if left out.",
)
@outputs_option("text", "json")
def command(
    source: Path,
    folder: Path,
    form: str,
    shard_size: str,
    header: bool,
    workers: int,
    outputs: Sequence[Output],
) -> None:
    """Pack many small files into few large ones.

    Run it again to go on where it was cut off. FOLDER holds the shards and nothing else; an index
    of what lies where is put beside it.
    """
    try:
        target = parse_bytes(shard_size)
    except QuantityError as error:
        raise UsageError(f"--shard-size: {error}", hint=_SHARD_HINT) from error
    if target < 1:
        raise UsageError("--shard-size is nothing", hint=_SHARD_HINT)
    began = time.monotonic()
    with Bar("packing") as bar:
        packed = pack(Order(source, folder, form, target, header, workers), bar.show)
    seconds = time.monotonic() - began
    rate = f"{format_bytes(packed.bytes / max(seconds, 1e-9))}/s"
    writers = {
        "text": lambda _: packed_text(packed, folder, rate),
        "json": lambda _: as_json_text(packed.as_json()),
    }
    write(outputs, writers)
