"""`awsml data put`: a file or a folder into a store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import click

from awsml.cli.bar import Bar
from awsml.cli.objects import Where, where, where_options
from awsml.cli.output import say
from awsml.cli.project import Project
from awsml.storage.objects import Address
from awsml.storage.ordered import ordered
from awsml.storage.places import files_below
from awsml.store.runs import make_private
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
def command(
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
        make_private(project.state)
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
