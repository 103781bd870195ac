"""ListBuckets, ListObjects in both versions, and the lists of uploads and parts."""

from __future__ import annotations

import base64
import itertools
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from threading import Lock
from urllib.parse import quote

from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.embedded.uploads import Part, Upload
from awsml.storage.embedded.walk import LAST, Found
from awsml.storage.errors import ObjectError
from awsml.storage.server.http import Answer
from awsml.storage.server.xml import document, element, text, timestamp

MOST_KEYS = 1000
_MOST_CURSORS = 64


class Cursors:
    """Walks that wait for the next page, so that no page has to start from the first key."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], Iterator[Found]] = OrderedDict()
        self._lock = Lock()

    def take(self, name: tuple[str, ...]) -> Iterator[Found] | None:
        with self._lock:
            return self._kept.pop(name, None)

    def keep(self, name: tuple[str, ...], walk: Iterator[Found]) -> None:
        with self._lock:
            self._kept[name] = walk
            while len(self._kept) > _MOST_CURSORS:
                self._kept.popitem(last=False)


def list_buckets(folder: ObjectFolder) -> Answer:
    buckets = [
        element("Bucket", text("Name", name), text("CreationDate", timestamp(made)))
        for name, made in folder.buckets()
    ]
    owner = element("Owner", text("ID", "awsml"), text("DisplayName", "awsml"))
    return xml_answer(document("ListAllMyBucketsResult", owner, element("Buckets", *buckets)))


def list_objects(
    folder: ObjectFolder, cursors: Cursors, bucket: str, query: Mapping[str, str]
) -> Answer:
    """One page of keys and common prefixes, as ListObjectsV2 or (no list-type) version 1."""
    second = query.get("list-type") == "2"
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    limit = _limit(query.get("max-keys", str(MOST_KEYS)))
    after = _after(query) if second else query.get("marker", "")
    folder.require_bucket(bucket)
    walk = cursors.take((bucket, prefix, delimiter, after))
    if walk is None:
        walk = folder.keys(bucket, prefix, delimiter, after)
    page = list(itertools.islice(walk, limit))
    following = next(walk, None) if page else None
    last = _resume_from(page[-1]) if page and following else ""
    if following:
        cursors.keep((bucket, prefix, delimiter, last), itertools.chain([following], walk))
    encode = _encoder(query)
    described = [
        text("Name", bucket),
        text("Prefix", encode(prefix)),
        text("Delimiter", encode(delimiter)) if delimiter else "",
        text("MaxKeys", limit),
        text("EncodingType", "url") if query.get("encoding-type") == "url" else "",
        text("IsTruncated", following is not None),
    ]
    described += _places(query, last, len(page), encode) if second else _markers(query, last)
    described += [_listed(folder, bucket, found, encode) for found in page]
    return xml_answer(document("ListBucketResult", *described))


def list_uploads(bucket: str, uploads: list[Upload]) -> Answer:
    listed = [
        element(
            "Upload",
            text("Key", upload.key),
            text("UploadId", upload.id),
            text("Initiated", timestamp(upload.begun)),
        )
        for upload in uploads
    ]
    truncated = text("IsTruncated", False)
    return xml_answer(
        document("ListMultipartUploadsResult", text("Bucket", bucket), truncated, *listed)
    )


def list_parts(
    bucket: str, key: str, upload: str, parts: list[Part], query: Mapping[str, str]
) -> Answer:
    limit = _limit(query.get("max-parts", str(MOST_KEYS)))
    start = whole_number(query.get("part-number-marker") or "0")
    later = [part for part in parts if part.number > start]
    listed = [
        element(
            "Part",
            text("PartNumber", part.number),
            text("ETag", f'"{part.etag}"'),
            text("Size", part.size),
            text("LastModified", timestamp(part.path.stat().st_mtime)),
        )
        for part in later[:limit]
    ]
    about = [text("Bucket", bucket), text("Key", key), text("UploadId", upload)]
    about.append(text("IsTruncated", len(later) > limit))
    if len(later) > limit:
        about.append(text("NextPartNumberMarker", later[limit - 1].number))
    return xml_answer(document("ListPartsResult", *about, *listed))


def xml_answer(body: bytes, status: int = 200) -> Answer:
    return Answer(status, {"Content-Type": "application/xml"}, body)


def _listed(folder: ObjectFolder, bucket: str, found: Found, encode: _Encode) -> str:
    if found.path is None:
        return element("CommonPrefixes", text("Prefix", encode(found.key)))
    try:
        stored = folder.head(bucket, found.key)
    except ObjectError:
        return ""  # deleted since the walk saw it
    return element(
        "Contents",
        text("Key", encode(found.key)),
        text("LastModified", timestamp(stored.modified)),
        text("ETag", f'"{stored.etag}"'),
        text("Size", stored.size),
        text("StorageClass", "STANDARD"),
    )


def _resume_from(found: Found) -> str:
    """After a common prefix come the keys that no longer start with it."""
    return found.key if found.path is not None else found.key + LAST


def _places(query: Mapping[str, str], last: str, count: int, encode: _Encode) -> list[str]:
    described = [text("KeyCount", count)]
    if "continuation-token" in query:
        described.append(text("ContinuationToken", query["continuation-token"]))
    if "start-after" in query:
        described.append(text("StartAfter", encode(query["start-after"])))
    if last:
        token = base64.urlsafe_b64encode(last.encode()).decode()
        described.append(text("NextContinuationToken", token))
    return described


def _markers(query: Mapping[str, str], last: str) -> list[str]:
    described = [text("Marker", quote(query.get("marker", ""), safe="/"))]
    if last:
        described.append(text("NextMarker", quote(last, safe="/")))
    return described


def _after(query: Mapping[str, str]) -> str:
    token = query.get("continuation-token")
    if token is None:
        return query.get("start-after", "")
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except ValueError as error:
        raise ObjectError("InvalidArgument", "the continuation token is not one of ours") from error


def _limit(written: str) -> int:
    return min(whole_number(written), MOST_KEYS)


def whole_number(written: str) -> int:
    """A number of a request; ObjectError for anything else."""
    if not (written.isascii() and written.isdigit() and len(written) <= 18):
        raise ObjectError("InvalidArgument", f"`{written[:40]}` is no whole number, 0 or more")
    return int(written)


_Encode = Callable[[str], str]


def _encoder(query: Mapping[str, str]) -> _Encode:
    return _quoted if query.get("encoding-type") == "url" else str


def _quoted(value: str) -> str:
    return quote(value, safe="/")
