"""`awsml data put`, `get` and `ls`: objects in and out of a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import click

from awsml.cli.bar import Bar
from awsml.cli.objects import Where, agreed_to_egress, where, where_options
from awsml.cli.options import yes_option
from awsml.cli.output import Output, as_json_text, outputs_option, say, write
from awsml.cli.project import Project
from awsml.errors import UsageError
from awsml.render.dataset import listing_text
from awsml.storage.channel import Channel, ChannelData
from awsml.storage.objects import Address
from awsml.storage.ordered import ordered
from awsml.storage.places import files_below
from awsml.storage.stage import stage
from awsml.units import counted, format_bytes

_UPLOADS = 8


@click.command("put", epilog="Example: awsml data put ./images s3://demo/images/")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.argument("target", metavar="S3_URI")
@click.option(
    "--link", is_flag=True, help="Own store only: link the files instead of copying them."
)
@where_options
@click.pass_obj
def put_command(
    project: Project,
    source: Path,
    target: str,
    link: bool,
    on: str,
    endpoint_url: str | None,
) -> None:
    """Store a file or a folder.

    A bucket of the project's own store is made when needed.
    """
    place = where(project, on, endpoint_url)
    address = Address.parse(target)
    files = list(_files_to_put(source, address))
    total = sum(size for _, _, size in files)
    if place.session is None:
        place.folder.create_bucket(address.bucket, exist_ok=True)
    tasks = (partial(_put, place, path, address.bucket, key, link) for path, key, _ in files)
    done = 0
    with Bar("storing") as bar, closing(ordered(tasks, _UPLOADS, 2 * _UPLOADS)) as stored:
        for size in stored:
            done += size
            bar.show(done, total)
    say(
        f"stored {counted(len(files), 'object')}, {format_bytes(total)}, at {address} {place.shown}"
    )


@click.command("get", epilog="Example: awsml data get s3://demo/images/ ./images")
@click.argument("source", metavar="S3_URI")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@where_options
@yes_option
@click.pass_obj
def get_command(
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


@click.command("ls", epilog="Example: awsml data ls s3://demo/ --recursive")
@click.argument("source", metavar="[S3_URI]", required=False)
@click.option("-r", "--recursive", is_flag=True, help="All keys, instead of one level.")
@where_options
@outputs_option("text", "json")
@click.pass_obj
def ls_command(
    project: Project,
    source: str | None,
    recursive: bool,
    on: str,
    endpoint_url: str | None,
    outputs: Sequence[Output],
) -> None:
    """List buckets, or the keys below an address."""
    place = where(project, on, endpoint_url)
    rows = list(_listed(place, source, recursive))
    writers = {
        "text": lambda style: listing_text(rows, style.width),
        "json": lambda _: as_json_text(
            {"version": 1, "entries": [{"name": name, "bytes": size} for name, size in rows]}
        ),
    }
    write(outputs, writers)


def _files_to_put(source: Path, address: Address) -> Iterator[tuple[Path, str, int]]:
    if source.is_file():
        key = address.key + source.name if address.key[-1:] in ("", "/") else address.key
        yield source, key, source.stat().st_size
        return
    prefix = address.key if address.key[-1:] in ("", "/") else address.key + "/"
    for name, size in files_below(source):
        yield source / name, prefix + name, size


def _put(place: Where, path: Path, bucket: str, key: str, link: bool) -> int:
    if place.session is not None:
        with path.open("rb") as content:
            place.session.upload(content, bucket, key)
    else:
        place.folder.put_file(bucket, key, path, link)
    return path.stat().st_size


def _listed(place: Where, source: str | None, recursive: bool) -> Iterator[tuple[str, int | None]]:
    """Names with sizes; a bucket or a common prefix has none."""
    if source is None:
        yield from ((f"s3://{name}/", None) for name in place.store().buckets())
        return
    address = Address.parse(source)
    store = place.store()
    if recursive:
        found = store.objects(address.bucket, address.key)
        yield from ((each.uri, each.size) for each in found)
        return
    for key, size in store.level(address.bucket, address.key):
        yield f"s3://{address.bucket}/{key}", size
