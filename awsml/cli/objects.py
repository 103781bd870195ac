"""Which store an address of the command line means, and what leaving AWS with it costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from awsml.aws.session import Session
from awsml.cli.output import ask, say
from awsml.cli.project import Project
from awsml.errors import UsageError
from awsml.storage.client import ClientStore
from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.objects import Address, Store
from awsml.storage.places import DirectoryStore, FolderStore
from awsml.storage.remote import remote_store
from awsml.units import format_bytes, format_usd

_FOLDER = "folder"
_EGRESS = "internet-egress-first10tb"


@dataclass(frozen=True, slots=True)
class Where:
    """The project's own object store, or (with a session) AWS or another endpoint."""

    folder: ObjectFolder
    session: Session | None
    egress: bool

    @property
    def shown(self) -> str:
        return "on AWS" if self.egress else "in the project's object store"

    def store(self) -> FolderStore | ClientStore:
        return remote_store(self.session) if self.session else FolderStore(self.folder)


def where_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--on and --endpoint-url."""
    endpoint = click.option(
        "--endpoint-url", metavar="URL", help="Another S3 endpoint; credentials as for AWS."
    )
    on = click.option(
        "--on",
        type=click.Choice(["local", "aws"]),
        default="local",
        show_default=True,
        help="Whether s3:// is the project's own object store or AWS.",
    )
    return on(endpoint(command))


def where(project: Project, on: str, endpoint_url: str | None) -> Where:
    folder = ObjectFolder(project.state / "s3")
    if endpoint_url:
        region = project.region or "us-east-1"
        return Where(folder, Session(project.profile, region, endpoint_url), False)
    if on == "aws":
        return Where(folder, Session(project.profile, project.region), True)
    return Where(folder, None, False)


def source_of(text: str, place: Where) -> tuple[Store, Address]:
    """s3://, or a folder or file of this machine."""
    if "://" in text:
        return place.store(), Address.parse(text)
    path = Path(text)
    if not path.exists():
        raise UsageError(f"there is no {text}", hint="name a folder, a file or s3://bucket/prefix/")
    if path.is_dir():
        return DirectoryStore(path), Address(_FOLDER)
    return DirectoryStore(path.parent), Address(_FOLDER, path.name)


def agreed_to_egress(place: Where, size: int, yes: bool) -> bool:
    """Show what leaves AWS and what that costs at most; without a yes nothing is read."""
    if not place.egress or place.session is None:
        return True
    from awsml.catalog.prices import storage_price

    region = place.session.region
    rate = storage_price(_EGRESS, region)
    told = f"{format_bytes(size)} would leave AWS ({region})"
    if rate is None:
        say(f"{told}; what that costs from {region} is not in the catalogue")
    else:
        usd = float(rate.usd) * size / 1e9
        say(f"{told}: up to {format_usd(usd)} at {rate}; nothing from a machine in the region")
    return yes or ask("Read it?")
