"""What is wrong with an S3 address, for rules about them."""

from __future__ import annotations

import re

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ACCESS_POINT = re.compile(r"arn:aws[a-z-]*:s3[a-z-]*:")


def split_uri(uri: str) -> tuple[str, str] | None:
    """(bucket, key) of s3://bucket/key; None for anything else."""
    if not uri.startswith("s3://"):
        return None
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def fault(uri: str) -> tuple[str, str] | None:
    """(what is wrong, what to do) with an s3:// address; None when nothing is."""
    parts = split_uri(uri)
    if parts is None:
        if uri.lower().startswith("s3:") or uri.startswith("/"):
            return "is no S3 address", "write it as s3://bucket/prefix"
        return None
    bucket, _ = parts
    if not bucket:
        return "names no bucket", "write it as s3://bucket/prefix"
    if _ACCESS_POINT.match(bucket):
        return None
    if bucket != bucket.lower() or "_" in bucket:
        return (
            f"names a bucket `{bucket}`, and buckets have no capital letters or underscores",
            "use the name of the bucket as S3 shows it",
        )
    if not _BUCKET.fullmatch(bucket) or ".." in bucket:
        return f"names a bucket `{bucket}`, which no bucket can be called", "correct the name"
    return None


def holds(outer: str, inner: str) -> bool:
    """Whether an address lies under another (s3://b/data holds s3://b/data/x, not s3://b/data2)."""
    outer, inner = outer.rstrip("/") + "/", inner.rstrip("/") + "/"
    return inner.startswith(outer)
