"""The code folder of script mode: where it comes from, and its copy inside the tree."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

from awsml.backends.local.locations import bucket_and_key, local_path
from awsml.errors import AwsmlError, BackendError
from awsml.storage.embedded.folder import ObjectFolder

_LEFT_OUT = (".git", ".awsml", "__pycache__")


def put_code(address: str, target: Path, objects: ObjectFolder) -> None:
    """Copies a folder, or unpacks an archive, into the code folder of a host."""
    source = local_path(address) or (Path(address) if address.startswith("/") else None)
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
    elif source.is_file():
        _unpack(source, target)
    else:
        raise BackendError(
            f"there is no code at {source}",
            hint="set `code.dir` to the folder of the script",
            slug="code-missing",
        )


def _unpack(archive: Path, target: Path) -> None:
    """Only plain files and folders that stay below the target come out of an archive."""
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(target, filter="data")
    except (tarfile.TarError, EOFError) as error:
        raise AwsmlError(
            f"{archive.name} cannot be unpacked: {error}",
            hint="send a tar.gz made of plain files, with the script at its top",
            slug="code-archive-unusable",
        ) from error
