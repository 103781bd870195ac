"""S3, path style: buckets, objects, listings and multipart uploads, in memory."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

from tests.fake_aws.protocol import Request
from tests.fake_aws.world import Operation, Refusal, World

BUCKET = "bucket"


def add_bucket(world: World, name: str, region: str = "us-east-1") -> dict[str, bytes]:
    """A bucket; the answer is its objects by key."""
    objects: dict[str, bytes] = {}
    world.put("", BUCKET, name, {"objects": objects, "region": region, "uploads": {}})
    return objects


def decoded(incoming: Request) -> tuple[str, dict[str, Any]]:
    path = unquote(urlsplit(incoming.path).path).lstrip("/")
    bucket, _, key = path.partition("/")
    query = incoming.query
    body = incoming.body
    if "aws-chunked" in incoming.headers.get("Content-Encoding", ""):
        body = _unchunked(body)
    params: dict[str, Any] = {"Bucket": bucket, "Key": key, "Body": body, **query}
    operation = _OBJECT.get(incoming.method, "") if key else _BUCKET.get(incoming.method, "")
    if incoming.method == "GET" and not key and "location" in query:
        operation = "GetBucketLocation"
    if "uploadId" in query:
        names = {"PUT": "UploadPart", "POST": "CompleteMultipartUpload"}
        operation = names.get(incoming.method, "AbortMultipartUpload")
    elif "uploads" in query:
        operation = "CreateMultipartUpload"
    return operation, params


def encoded(answer: dict[str, Any]) -> tuple[int, str, bytes, dict[str, str]]:
    """Status, content type, body and further headers of a success."""
    headers = {"ETag": answer["etag"]} if "etag" in answer else {}
    return 200, "application/xml", answer.get("body", b""), headers


def journaled(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters with a size in place of the bytes."""
    return {k: v for k, v in params.items() if k != "Body"} | {"Size": len(params["Body"])}


def create_bucket(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    if not world.exists("", BUCKET, params["Bucket"]):
        add_bucket(world, params["Bucket"], region)
    return {}


def head_bucket(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    _bucket(world, params)
    return {}


def location(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    where = _bucket(world, params)["region"]
    place = "" if where == "us-east-1" else where
    return {"body": f"<LocationConstraint>{place}</LocationConstraint>".encode()}


def listing(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    objects = _bucket(world, params)["objects"]
    keys = sorted(key for key in objects if key.startswith(params.get("prefix", "")))
    start = int(params.get("continuation-token") or 0)
    size = min(int(params.get("max-keys") or 1000), 1000)
    part = keys[start : start + size]
    more = start + size < len(keys)
    token = f"<NextContinuationToken>{start + size}</NextContinuationToken>" if more else ""
    rows = "".join(_row(key, objects[key]) for key in part)
    body = (
        f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>"
        f"<KeyCount>{len(part)}</KeyCount>{token}{rows}</ListBucketResult>"
    )
    return {"body": body.encode()}


def put(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    _bucket(world, params)["objects"][params["Key"]] = params["Body"]
    return {"etag": _etag(params["Body"])}


def get(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    objects = _bucket(world, params)["objects"]
    if params["Key"] not in objects:
        raise Refusal("NoSuchKey", "The specified key does not exist.", 404)
    body = objects[params["Key"]]
    return {"body": body, "etag": _etag(body)}


def delete(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    _bucket(world, params)["objects"].pop(params["Key"], None)
    return {}


def begin_upload(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    uploads = _bucket(world, params)["uploads"]
    upload = f"upload-{len(uploads) + 1}"
    uploads[upload] = {}
    body = (
        "<InitiateMultipartUploadResult>"
        f"<UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
    )
    return {"body": body.encode()}


def upload_part(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    parts = _bucket(world, params)["uploads"][params["uploadId"]]
    parts[int(params["partNumber"])] = params["Body"]
    return {"etag": _etag(params["Body"])}


def end_upload(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    bucket = _bucket(world, params)
    parts = bucket["uploads"].pop(params["uploadId"])
    bucket["objects"][params["Key"]] = b"".join(parts[number] for number in sorted(parts))
    return {"body": b"<CompleteMultipartUploadResult/>"}


def abort_upload(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    _bucket(world, params)["uploads"].pop(params["uploadId"], None)
    return {}


def _bucket(world: World, params: dict[str, Any]) -> dict[str, Any]:
    bucket = world.get("", BUCKET, params["Bucket"])
    if bucket is None:
        raise Refusal("NoSuchBucket", "The specified bucket does not exist", 404)
    return bucket


def _row(key: str, body: bytes) -> str:
    return (
        f"<Contents><Key>{escape(key)}</Key><Size>{len(body)}</Size>"
        f"<ETag>{_etag(body)}</ETag><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>"
    )


def _etag(body: bytes) -> str:
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


def _unchunked(body: bytes) -> bytes:
    """The payload of an aws-chunked body."""
    whole = b""
    while body:
        head, _, rest = body.partition(b"\r\n")
        size = int(head.split(b";")[0], 16)
        if not size:
            break
        whole, body = whole + rest[:size], rest[size + 2 :]
    return whole


_BUCKET = {"PUT": "CreateBucket", "GET": "ListObjectsV2", "HEAD": "HeadBucket"}
_OBJECT = {"PUT": "PutObject", "GET": "GetObject", "HEAD": "HeadObject", "DELETE": "DeleteObject"}
OPERATIONS: dict[str, Operation] = {
    "CreateBucket": create_bucket,
    "HeadBucket": head_bucket,
    "GetBucketLocation": location,
    "ListObjectsV2": listing,
    "PutObject": put,
    "GetObject": get,
    "HeadObject": get,
    "DeleteObject": delete,
    "CreateMultipartUpload": begin_upload,
    "UploadPart": upload_part,
    "CompleteMultipartUpload": end_upload,
    "AbortMultipartUpload": abort_upload,
}
