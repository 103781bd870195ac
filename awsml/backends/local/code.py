"""The code folder of script mode: where it comes from, and its copy inside the tree."""

from __future__ import annotations

import copy
import errno
import lzma
import os
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
            setattr(tar, "extraction_filter", lambda member, _: member)  # noqa: B010 - filtered here
            tar.extractall(target, (_member(member, str(target)) for member in tar))
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
            raise _Refused(f"`{member.name}` leads upwards")
    if hasattr(tarfile, "data_filter"):  # since Python 3.11.4
        return tarfile.data_filter(member, target)
    return _plain(member)


class _Refused(tarfile.TarError):
    """A member that is not unpacked."""


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """The same as the standard filter, for a Python that has none."""
    if not (member.isfile() or member.isdir() or member.issym() or member.islnk()):
        raise _Refused(f"`{member.name}` is a special file")
    if member.linkname.startswith("/"):
        raise _Refused(f"`{member.name}` links to an absolute path")
    kept = copy.copy(member)
    kept.name = member.name.lstrip("/")
    kept.uid, kept.gid, kept.uname, kept.gname = os.getuid(), os.getgid(), "", ""
    if member.isdir():
        kept.mode = member.mode & 0o755 | 0o700
    else:
        kept.mode = member.mode & (0o755 if member.mode & 0o100 else 0o644) | 0o600
    return kept


def _unusable(archive: Path, why: str) -> AwsmlError:
    return AwsmlError(
        f"{archive.name} cannot be unpacked: {why}",
        hint="make the tar.gz anew, of plain files: `tar -czhf code.tar.gz -C DIR .`",
        slug="code-archive-unusable",
    )
