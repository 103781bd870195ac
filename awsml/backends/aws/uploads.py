"""Code and small data folders of a plan: what would be sent to S3, and sending what is not there.

Keys are named by content, so what has not changed is not sent twice.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from awsml.aws.refusals import AwsRefused, is_absent
from awsml.aws.session import Aws
from awsml.backends.aws.bundle import Tree, read_tree, write_archive
from awsml.errors import UsageError
from awsml.events import Event, Note, Progress
from awsml.plan import Call, Ref, refs_of
from awsml.units import counted, format_bytes

_LARGEST_DATA_BYTES = 10 * 10**9
_IN_MEMORY_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Upload:
    """One folder or file that a plan needs in S3. `key` is an object for code, else a prefix."""

    ref: Ref
    tree: Tree
    key: str

    @property
    def packed(self) -> bool:
        return self.ref.packed

    def key_of(self, file: Path) -> str:
        """Where one file goes: below the prefix, or the archive that is the whole upload."""
        return self.key if self.ref.name == "archive" else self.key + self.tree.name(file)

    def uri(self, bucket: str) -> str:
        return f"s3://{bucket}/{self.key}"

    def __str__(self) -> str:
        files = counted(len(self.tree.files), "file")
        return f"{self.ref.name} {self.tree.root}: {files}, {format_bytes(self.tree.size_bytes)}"


def uploads_of(calls: tuple[Call, ...]) -> list[Upload]:
    """What the calls refer to on this machine, each once; reads the files, sends nothing."""
    refs = dict.fromkeys(ref for call in calls for ref in refs_of(call.params) if ref.path)
    return [_upload(ref, Path(ref.path or "")) for ref in refs]


def _upload(ref: Ref, path: Path) -> Upload:
    if not path.exists():
        raise UsageError(
            f"there is nothing at {path}",
            hint="correct the path in the scenario, or give an s3:// location",
            slug="upload-missing",
        )
    tree = read_tree(path)
    if not tree.files:
        raise UsageError(
            f"{path} holds no files", hint="put the files there first", slug="upload-missing"
        )
    if ref.packed:
        return Upload(ref, tree, f"awsml/code/{tree.digest}/sourcedir.tar.gz")
    if ref.name == "archive":
        return Upload(ref, tree, f"awsml/models/{tree.digest}/{path.name}")
    if tree.size_bytes > _LARGEST_DATA_BYTES:
        raise UsageError(
            f"{path} is {format_bytes(tree.size_bytes)}, too much to send with a run",
            hint=f"aws s3 sync {path} s3://BUCKET/PREFIX/, and give that location instead",
            slug="upload-too-large",
        )
    return Upload(ref, tree, f"awsml/data/{tree.digest}/")


def send_all(
    aws: Aws, calls: Iterable[Call], uploads: Sequence[Upload], bucket: str
) -> Iterator[Event]:
    """The account's bucket, where a call or an upload needs it; then what S3 does not have."""
    names = {ref.name for call in calls for ref in refs_of(call.params)}
    if uploads or "default-bucket" in names:
        yield from ensure_bucket(aws, bucket)
    for upload in uploads:
        yield from send(aws, upload, bucket)


def send(aws: Aws, upload: Upload, bucket: str) -> Iterator[Event]:
    """Send what S3 does not have yet."""
    present = _sizes(aws, bucket, upload.key)
    if upload.packed:
        yield from _send_archive(aws, upload, bucket, present)
    else:
        yield from _send_files(aws, upload, bucket, present)


def _send_archive(
    aws: Aws, upload: Upload, bucket: str, present: Mapping[str, int]
) -> Iterator[Event]:
    if upload.key in present:
        yield Note(f"code unchanged, already at {upload.uri(bucket)}")
        return
    # Without a name, so that nothing is left of it however this process ends.
    with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as archive:
        write_archive(upload.tree, archive)
        size = archive.tell()
        archive.seek(0)
        yield Progress("code sent", 0, size, "B")
        aws.upload(archive, bucket, upload.key)
        yield Progress("code sent", size, size, "B")


def _send_files(
    aws: Aws, upload: Upload, bucket: str, present: Mapping[str, int]
) -> Iterator[Event]:
    tree, what, done = upload.tree, f"{upload.ref.name} sent", 0
    keys = {file: upload.key_of(file) for file in tree.files}
    missing = [f for f in tree.files if present.get(keys[f]) != f.stat().st_size]
    if not missing:
        yield Note(f"{upload.ref.name} unchanged, already at {upload.uri(bucket)}")
        return
    total = sum(file.stat().st_size for file in missing)
    yield Progress(what, 0, total, "B")
    for file in missing:
        with file.open("rb") as content:
            aws.upload(content, bucket, keys[file])
        done += file.stat().st_size
        yield Progress(what, done, total, "B")


def _sizes(aws: Aws, bucket: str, prefix: str) -> dict[str, int]:
    rows = aws.pages("s3", "ListObjectsV2", {"Bucket": bucket, "Prefix": prefix}, "Contents")
    return {row["Key"]: row["Size"] for row in rows}


def ensure_bucket(aws: Aws, bucket: str) -> Iterator[Event]:
    """The default bucket, made when it is not there; never one of another account."""
    owner = {"Bucket": bucket, "ExpectedBucketOwner": aws.identity().account}
    try:
        aws.call("s3", "HeadBucket", owner)
    except AwsRefused as refused:
        if not is_absent(refused):
            raise
        yield Note(f"made the bucket {bucket}")
        aws.call("s3", "CreateBucket", {"Bucket": bucket, **_place(aws.region)})


def _place(region: str) -> dict[str, Any]:
    """us-east-1 is the one region that CreateBucket refuses to be told."""
    if region == "us-east-1":
        return {}
    return {"CreateBucketConfiguration": {"LocationConstraint": region}}
