"""Addresses of a request (s3://, file://) as places on this machine."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from awsml.errors import BackendError


def local_path(address: str) -> Path | None:
    """The path of a file:// address; None for any other."""
    if not address.startswith("file://"):
        return None
    return Path(unquote("/" + address.removeprefix("file://").partition("/")[2]))


def bucket_and_key(address: str) -> tuple[str, str]:
    """The two parts of an s3:// address, in its https form too."""
    if address.startswith("s3://"):
        bucket, _, key = address.removeprefix("s3://").partition("/")
        return bucket, key
    try:
        parts = urlsplit(address)
    except ValueError as error:  # brackets that are not closed
        raise _no_address(address) from error
    host = parts.hostname or ""
    if parts.scheme == "https" and ".amazonaws.com" in host:
        first, _, rest = host.partition(".s3")
        if rest and first:
            return first, unquote(parts.path.lstrip("/"))
        bucket, _, key = unquote(parts.path.lstrip("/")).partition("/")
        return bucket, key
    raise _no_address(address)


def _no_address(address: str) -> BackendError:
    return BackendError(
        f"`{address}` is no s3:// address",
        hint="write it like `s3://bucket/prefix/`",
        slug="address-invalid",
    )


def below(address: str, *steps: str) -> str:
    """An address some steps further down."""
    return "/".join([address.rstrip("/"), *steps])
