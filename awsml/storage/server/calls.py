"""The S3 calls: which one a request is, and its answer from the folder."""

from __future__ import annotations

import contextlib
import re
from email.utils import formatdate
from typing import BinaryIO
from urllib.parse import unquote

from awsml.storage.embedded.folder import Condition, Incoming, ObjectFolder, Stored
from awsml.storage.embedded.record import Record
from awsml.storage.embedded.uploads import Uploads
from awsml.storage.errors import ObjectError
from awsml.storage.server import listings, xml
from awsml.storage.server.body import BLOCK, blocks, whole
from awsml.storage.server.http import Answer, Request, Span
from awsml.storage.server.listings import whole_number, xml_answer

LONGEST_XML = 4 * 2**20
# Subresources of S3 that are not here; taking them for plain objects would destroy data.
_ELSEWHERE = frozenset(
    (
        *("accelerate", "acl", "analytics", "attributes", "cors", "encryption", "inventory"),
        *("intelligent-tiering", "legal-hold", "lifecycle", "logging", "metadataTable", "metrics"),
        *("notification", "object-lock", "ownershipControls", "policy", "policyStatus", "select"),
        *("publicAccessBlock", "renameObject", "replication", "requestPayment", "restore"),
        *("retention", "session", "tagging", "torrent", "versions", "website"),
    )
)
_KEPT_HEADERS = frozenset(
    (
        *("content-type", "content-encoding", "content-language"),
        *("content-disposition", "cache-control", "expires"),
    )
)
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_LOCAL_HOST = re.compile(r"(?P<bucket>[a-z0-9][a-z0-9.-]+)\.(?:s3\.)?localhost(?::\d+)?")


class Calls:
    """Answers requests from one object folder."""

    def __init__(self, folder: ObjectFolder) -> None:
        self.folder = folder
        self.uploads = Uploads(folder)
        self.cursors = listings.Cursors()

    def answer(self, request: Request) -> Answer:
        bucket, key = place_of(request)
        unknown = _ELSEWHERE & request.query.keys()
        if unknown:
            raise ObjectError("NotImplemented", f"`?{min(unknown)}` is not part of this store")
        if not bucket:
            return self._service(request)
        return self._object(request, bucket, key) if key else self._bucket(request, bucket)

    def _service(self, request: Request) -> Answer:
        if request.method != "GET":
            raise _not_allowed(request)
        return listings.list_buckets(self.folder)

    def _bucket(self, request: Request, bucket: str) -> Answer:
        match request.method:
            case "GET":
                return self._bucket_get(request, bucket)
            case "HEAD":
                self.folder.require_bucket(bucket)
                return Answer(headers={"x-amz-bucket-region": "us-east-1"})
            case "PUT":
                whole(request, LONGEST_XML)
                self.folder.create_bucket(bucket)
                return Answer(headers={"Location": f"/{bucket}"})
            case "DELETE":
                self.folder.delete_bucket(bucket)
                return Answer(204)
            case "POST" if "delete" in request.query:
                return self._delete_many(request, bucket)
        raise _not_allowed(request)

    def _bucket_get(self, request: Request, bucket: str) -> Answer:
        if "location" in request.query:
            self.folder.require_bucket(bucket)
            return xml_answer(xml.document("LocationConstraint"))
        if "versioning" in request.query:
            self.folder.require_bucket(bucket)
            return xml_answer(xml.document("VersioningConfiguration"))
        if "uploads" in request.query:
            unfinished = self.uploads.unfinished(bucket, request.query.get("prefix", ""))
            return listings.list_uploads(bucket, unfinished)
        return listings.list_objects(self.folder, self.cursors, bucket, request.query)

    def _delete_many(self, request: Request, bucket: str) -> Answer:
        data = whole(request, LONGEST_XML)
        keys = [key for (key,) in xml.rows(data, "Object", "Key")]
        if len(keys) > listings.MOST_KEYS:
            raise ObjectError("MalformedXML", "DeleteObjects takes up to 1000 keys")
        for key in keys:
            self.folder.delete(bucket, key)
        told = () if xml.flag(data, "Quiet") else keys
        deleted = [xml.element("Deleted", xml.text("Key", key)) for key in told]
        return xml_answer(xml.document("DeleteResult", *deleted))

    def _object(self, request: Request, bucket: str, key: str) -> Answer:
        upload = request.query.get("uploadId")
        match request.method:
            case "GET" if upload is not None:
                parts = self.uploads.parts(bucket, key, upload)
                return listings.list_parts(bucket, key, upload, parts, request.query)
            case "GET" | "HEAD":
                return self._get(request, bucket, key)
            case "PUT" if upload is not None:
                return self._put_part(request, bucket, key, upload)
            case "PUT" if "x-amz-copy-source" in request.headers:
                return self._copy(request, bucket, key)
            case "PUT":
                return self._put(request, bucket, key)
            case "POST" if upload is not None:
                return self._complete(request, bucket, key, upload)
            case "POST" if "uploads" in request.query:
                created = self.uploads.create(bucket, key, _record(request))
                names = xml.text("Bucket", bucket) + xml.text("Key", key)
                return xml_answer(
                    xml.document(
                        "InitiateMultipartUploadResult", names, xml.text("UploadId", created)
                    )
                )
            case "DELETE" if upload is not None:
                self.uploads.abort(bucket, key, upload)
                return Answer(204)
            case "DELETE":
                self.folder.delete(bucket, key)
                return Answer(204)
        raise _not_allowed(request)

    def _get(self, request: Request, bucket: str, key: str) -> Answer:
        if request.method == "HEAD":
            return _read(request, self.folder.head(bucket, key), None)
        with contextlib.ExitStack() as stack:
            stored, file = self.folder.open(bucket, key)
            stack.enter_context(file)
            answer = _read(request, stored, file)
            if isinstance(answer.body, Span):
                stack.pop_all()  # closed when it has been sent
            return answer

    def _put(self, request: Request, bucket: str, key: str) -> Answer:
        with self.folder.incoming(bucket, key) as incoming:
            _receive(request, incoming)
            stored = incoming.commit(_record(request), _condition(request))
        return Answer(headers={"ETag": f'"{stored.etag}"'})

    def _copy(self, request: Request, bucket: str, key: str) -> Answer:
        source = _copy_source(request)
        found = self.folder.head(*source)
        replaces = request.headers.get("x-amz-metadata-directive", "").upper() == "REPLACE"
        record = _record(request) if replaces else Record("", found.headers)
        stored = self.folder.copy(source, (bucket, key), record.with_etag(found.etag))
        return xml_answer(xml.document("CopyObjectResult", *_copied(stored.etag, stored.modified)))

    def _put_part(self, request: Request, bucket: str, key: str, upload: str) -> Answer:
        number = whole_number(request.query.get("partNumber", "0"))
        copied = "x-amz-copy-source" in request.headers
        with self.uploads.part(bucket, key, upload, number) as incoming:
            if copied:
                self._receive_copy(request, incoming)
            else:
                _receive(request, incoming)
            part = self.uploads.keep(bucket, upload, number, incoming)
        if copied:
            moment = part.path.stat().st_mtime
            return xml_answer(xml.document("CopyPartResult", *_copied(part.etag, moment)))
        return Answer(headers={"ETag": f'"{part.etag}"'})

    def _receive_copy(self, request: Request, incoming: Incoming) -> None:
        stored, file = self.folder.open(*_copy_source(request))
        with file:
            span = _range(request.headers.get("x-amz-copy-source-range"), stored.size)
            start, left = span or (0, stored.size)
            file.seek(start)
            while left and (block := file.read(min(left, BLOCK))):
                incoming.write(block)
                left -= len(block)

    def _complete(self, request: Request, bucket: str, key: str, upload: str) -> Answer:
        data = whole(request, LONGEST_XML)
        named = xml.rows(data, "Part", "PartNumber", "ETag")
        chosen = [(whole_number(number.strip()), etag.strip('"')) for number, etag in named]
        stored = self.uploads.complete(bucket, key, upload, chosen, _condition(request))
        names = xml.text("Bucket", bucket) + xml.text("Key", key)
        tag = xml.text("ETag", f'"{stored.etag}"')
        return xml_answer(xml.document("CompleteMultipartUploadResult", names, tag))


def place_of(request: Request) -> tuple[str, str]:
    """Bucket and key, from the path or (bucket.localhost) from the host name."""
    path = request.path.removeprefix("/")
    host = _LOCAL_HOST.fullmatch(request.headers.get("host", ""))
    if host and host["bucket"] != "s3":
        return host["bucket"].removesuffix(".s3"), path
    bucket, _, key = path.partition("/")
    return bucket, key


def _receive(request: Request, incoming: Incoming) -> None:
    for block in blocks(request):
        incoming.write(block)


def _record(request: Request) -> Record:
    kept = {
        name: value
        for name, value in request.headers.items()
        if name in _KEPT_HEADERS or name.startswith("x-amz-meta-")
    }
    codings = [coding.strip() for coding in kept.pop("content-encoding", "").split(",")]
    if own := ",".join(coding for coding in codings if coding != "aws-chunked"):
        kept["content-encoding"] = own
    return Record("", kept)


def _condition(request: Request) -> Condition:
    etag = request.headers.get("if-match")
    absent = request.headers.get("if-none-match") == "*"
    return Condition(absent, etag.strip('"') if etag else None)


def _read(request: Request, stored: Stored, file: BinaryIO | None) -> Answer:
    """The object or a range of it, if the conditions of the request hold; no file is HEAD."""
    wanted = request.headers
    headers = _headers(request, stored)
    if "if-match" in wanted and not _matches(wanted["if-match"], stored.etag):
        raise ObjectError("PreconditionFailed", "the object has another etag")
    if "if-none-match" in wanted and _matches(wanted["if-none-match"], stored.etag):
        return Answer(304, headers)
    span = _range(wanted.get("range"), stored.size)
    start, length = span or (0, stored.size)
    if span:
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{stored.size}"
    body = Span(file, start, length) if file else b""
    return Answer(206 if span else 200, headers, body, length)


def _headers(request: Request, stored: Stored) -> dict[str, str]:
    headers = {
        "Last-Modified": formatdate(stored.modified, usegmt=True),
        "ETag": f'"{stored.etag}"',
        "Accept-Ranges": "bytes",
        "Content-Type": "binary/octet-stream",
    }
    headers |= {_shown(name): value for name, value in stored.headers.items()}
    for name, value in request.query.items():
        if name.startswith("response-"):
            headers[_shown(name.removeprefix("response-"))] = "".join(value.splitlines())
    return headers


def _shown(name: str) -> str:
    return name if name.startswith("x-amz-") else name.title()


def _matches(wanted: str, etag: str) -> bool:
    return wanted.strip() == "*" or etag in [tag.strip().strip('"') for tag in wanted.split(",")]


def _range(written: str | None, size: int) -> tuple[int, int] | None:
    """Start and length; a header that is no single range is ignored, as S3 does."""
    match = _RANGE.fullmatch(written.strip()) if written else None
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        start = max(0, size - int(match[2]))
        length = size - start
    else:
        start = int(match[1])
        last = min(int(match[2]), size - 1) if match[2] else size - 1
        length = last - start + 1
    if length <= 0:
        raise ObjectError("InvalidRange", f"the object has {size} bytes")
    return start, length


def _copy_source(request: Request) -> tuple[str, str]:
    written = request.headers["x-amz-copy-source"].partition("?")[0]
    bucket, _, key = unquote(written).removeprefix("/").partition("/")
    return bucket, key


def _copied(etag: str, moment: float) -> list[str]:
    return [xml.text("LastModified", xml.timestamp(moment)), xml.text("ETag", f'"{etag}"')]


def _not_allowed(request: Request) -> ObjectError:
    return ObjectError("MethodNotAllowed", f"{request.method} is not allowed on this resource")
