"""`awsml data ls`: buckets, or the keys below an address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from awsml.cli.objects import Where, where, where_options
from awsml.cli.output import Output, as_json_text, outputs_option, write
from awsml.cli.project import Project
from awsml.render.dataset import listing_text
from awsml.storage.objects import Address


@click.command("ls", epilog="Example: awsml data ls s3://demo/ --recursive")
@click.argument("source", metavar="[S3_URI]", required=False)
@click.option("-r", "--recursive", is_flag=True, help="All keys, instead of one level.")
@where_options
@outputs_option("text", "json")
@click.pass_obj
def command(
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
