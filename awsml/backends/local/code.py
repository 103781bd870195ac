"""The code folder of script mode: where it comes from, and its copy inside the tree."""

from __future__ import annotations

import errno
import lzma
import shutil
import tarfile
import zlib
from pathlib import Path

from awsml.backends.local.locations import bucket_and_key, local_path
from awsml.errors import AwsmlError, BackendError
from awsml.storage.embedded.folder import ObjectFolder

_LEFT_OUT = (".git", ".awsml", "__pycache__")


def put_code(address: str, target: Path, objects: ObjectFolder) -> None:
    """Copies a folder, or unpacks an archive, into the code folder of a host."""
    source = local_source(address)
    if source is None:
        bucket, key = bucket_and_key(address)
        source = objects.head(bucket, key).path
    if source.is_dir():
        shutil.copytree(
            source,
            target,
            symlinks=False,
            ignore=shutil.ignore_patterns(*_LEFT_OUT),
            ignore_dangling_symlinks=True,
            dirs_exist_ok=True,
        )
    else:
        _unpack(source, target)


def local_source(address: str) -> Path | None:
    """The folder or archive on this machine that an address names; None for one in S3."""
    source = local_path(address) or (Path(address) if address.startswith("/") else None)
    if source is not None and not (source.is_dir() or source.is_file()):
        raise BackendError(
            f"there is no code at {source}",
            hint="set `code.dir` to the folder of the script",
            slug="code-missing",
        )
    return source


# What tarfile lets through of a broken archive, and what such names do to the disk's own calls;
# a full disk is no fault of the archive.
_BROKEN = (
    *(tarfile.TarError, EOFError, ValueError, LookupError, RecursionError),
    *(zlib.error, lzma.LZMAError),
)
_BAD_NAMES = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ELOOP}


def _unpack(archive: Path, target: Path) -> None:
    """Only plain files, folders and links that stay below the target come out of an archive."""
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(target, filter=_member)
    except _BROKEN as error:
        told = str(error).splitlines()  # several: tarfile tells why it is none of each kind
        raise _unusable(archive, told[0] if len(told) == 1 else "it is no archive") from error
    except OSError as error:
        if error.errno is not None and error.errno not in _BAD_NAMES:
            raise
        raise _unusable(archive, error.strerror or str(error)) from error


def _member(member: tarfile.TarInfo, target: str) -> tarfile.TarInfo:
    """The standard filter, and no way up in any name or link.

    The filter resolves links on the disk, which long chains of them have defeated
    (CVE-2025-4517); links that never lead upwards cannot be chained to a place outside.
    """
    for path in (member.name, member.linkname):
        if ".." in path.split("/"):
            raise tarfile.FilterError(f"`{member.name}` leads upwards")
    return tarfile.data_filter(member, target)


def _unusable(archive: Path, why: str) -> AwsmlError:
    return AwsmlError(
        f"{archive.name} cannot be unpacked: {why}",
        hint="make the tar.gz anew, of plain files: `tar -czhf code.tar.gz -C DIR .`",
        slug="code-archive-unusable",
    )
