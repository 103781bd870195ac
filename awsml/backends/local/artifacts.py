"""What a job leaves behind: model.tar.gz and output.tar.gz where the request wants them."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from awsml.backends.local.job import TrainingJob
from awsml.backends.local.layout import HostFolder
from awsml.backends.local.locations import below, bucket_and_key
from awsml.storage.embedded.folder import ObjectFolder

_LEVEL = 1  # gzip's fastest: model weights hardly compress, and nobody waits for a better ratio


def store_artifacts(
    job: TrainingJob, folders: Iterable[HostFolder], objects: ObjectFolder, scratch: Path
) -> dict[str, str]:
    """Packs /opt/ml/model and /opt/ml/output/data of all hosts; where each went."""
    trees = [folder.tree for folder in folders]
    base = below(job.output, job.name, "output")
    kept: dict[str, str] = {}
    for name, part in (("model", "model"), ("output", "output/data")):
        files = dict(_files([tree / part for tree in trees]))
        if not files and name == "output":
            continue
        if job.compressed:
            kept[name] = _pack(files, below(base, f"{name}.tar.gz"), objects, scratch)
        else:
            kept[name] = _copy(files, below(base, name), objects)
    return kept


def _files(folders: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Files of all hosts by relative name; where two hosts wrote the same name the last wins."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() or path.is_symlink():
                yield str(path.relative_to(folder)), path


def _pack(files: dict[str, Path], address: str, objects: ObjectFolder, scratch: Path) -> str:
    bucket, key = bucket_and_key(address)
    objects.create_bucket(bucket, exist_ok=True)
    scratch.mkdir(parents=True, exist_ok=True)
    archive = scratch / key.rpartition("/")[2]
    try:
        with tarfile.open(archive, "w:gz", compresslevel=_LEVEL) as tar:
            for name, path in files.items():
                tar.add(path, arcname=name, recursive=False, filter=_anonymous)
        objects.put_file(bucket, key, archive, link=True)
    finally:
        archive.unlink(missing_ok=True)  # half an archive on a full disk only fills it
    return address


def _copy(files: dict[str, Path], address: str, objects: ObjectFolder) -> str:
    """The uncompressed form: each file an object of its own below a prefix."""
    bucket, prefix = bucket_and_key(address)
    objects.create_bucket(bucket, exist_ok=True)
    for name, path in files.items():
        if path.is_file():
            objects.put_file(bucket, f"{prefix}/{name}", Path(os.path.realpath(path)))
    return address + "/"


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """In a container everything belongs to root; the user of this machine is nobody's business."""
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member
