"""Real buckets as the data of a local run: what would be read is shown and agreed to first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from awsml.api import Planned
from awsml.cli.objects import Where, agreed_to_egress, where
from awsml.cli.output import say
from awsml.cli.project import Project
from awsml.errors import UsageError
from awsml.storage.objects import Address, Store
from awsml.units import format_bytes


def remote_data(
    project: Project, work: Planned, data: str, endpoint_url: str | None, yes: bool
) -> Callable[[], Store] | None:
    """Makes the store that the s3:// channels are read from; None for the project's own."""
    place = where(project, data, endpoint_url)
    sources = list(_sources(work))
    if place.session is None or not sources:
        return None
    if not _agreed(place, sources, yes):
        raise UsageError("nothing was read", hint="add `-y`, or use a smaller prefix")
    return place.store


def _agreed(place: Where, sources: list[Mapping[str, Any]], yes: bool) -> bool:
    store, size = place.store(), 0
    for source in sources:
        address = Address.parse(source["S3Uri"])
        if source.get("S3DataType", "S3Prefix") != "S3Prefix":
            say(f"{address} names objects whose size is not counted")
            continue
        size += sum(found.size or 0 for found in store.objects(address.bucket, address.key))
    store.close()
    if not place.egress:
        say(f"{format_bytes(size)} to read from the endpoint")
    return agreed_to_egress(place, size, yes)


def _sources(work: Planned) -> Iterator[Mapping[str, Any]]:
    """The S3 sources of channels that lie in buckets already."""
    for call in work.plan.calls:
        for channel in call.params.get("InputDataConfig", ()):
            source = channel.get("DataSource", {}).get("S3DataSource", {})
            if str(source.get("S3Uri", "")).startswith("s3://"):
                yield source
