"""Objects behind an S3 client (boto3's, or anything with the same methods)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from awsml.storage.errors import ObjectError
from awsml.storage.objects import Object

ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 0.2
_SLICE = 2**20  # more at once costs copies inside the HTTP library
_PASSING = frozenset(
    ("SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "500", "503")
)


class S3Client(Protocol):
    """The calls that are used of a client."""

    def get_object(self, **params: Any) -> Mapping[str, Any]: ...

    def head_object(self, **params: Any) -> Mapping[str, Any]: ...

    def close(self) -> None: ...

    def list_buckets(self) -> Mapping[str, Any]: ...

    def list_objects_v2(self, **params: Any) -> Mapping[str, Any]: ...


class ClientStore:
    """Real S3, or any endpoint that a client was made for.

    `failures` are the exceptions of that client: botocore's ClientError and those it raises when
    a connection breaks. They become ObjectError here, after as many attempts as are worth it.
    """

    local = False

    def __init__(
        self,
        client: S3Client,
        failures: tuple[type[Exception], ...] = (),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._failures: tuple[type[Exception], ...] = (*failures, OSError)
        self.sleep = sleep

    def objects(self, bucket: str, prefix: str) -> Iterator[Object]:
        for page in self._pages(bucket, prefix, {}):
            for found in page.get("Contents", ()):
                yield Object(bucket, found["Key"], found["Size"], found["ETag"].strip('"'))

    def buckets(self) -> list[str]:
        answer = self._asked(self._client.list_buckets, "the buckets")
        return [found["Name"] for found in answer["Buckets"]]

    def level(self, bucket: str, prefix: str) -> Iterator[tuple[str, int | None]]:
        """Keys with sizes, and common prefixes without, up to the next slash."""
        for page in self._pages(bucket, prefix, {"Delimiter": "/"}):
            for common in page.get("CommonPrefixes", ()):
                yield common["Prefix"], None
            for found in page.get("Contents", ()):
                yield found["Key"], found["Size"]

    def _pages(
        self, bucket: str, prefix: str, params: dict[str, str]
    ) -> Iterator[Mapping[str, Any]]:
        token: dict[str, str] = {}
        while True:
            ask = partial(
                self._client.list_objects_v2, Bucket=bucket, Prefix=prefix, **params, **token
            )
            page = self._asked(ask, f"s3://{bucket}/{prefix}")
            yield page
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def find(self, bucket: str, key: str) -> Object:
        ask = partial(self._client.head_object, Bucket=bucket, Key=key)
        head = self._asked(ask, f"s3://{bucket}/{key}")
        return Object(bucket, key, head["ContentLength"], head["ETag"].strip('"'))

    def path(self, found: Object) -> Path | None:
        return None

    def read_into(self, found: Object, start: int, buffer: memoryview) -> None:
        """Fill the buffer; after a broken connection go on from where it broke."""
        done = 0

        def attempt() -> None:
            nonlocal done
            if done < len(buffer):
                for count in self._read(found, start + done, buffer[done:]):
                    done += count

        self._asked(attempt, found.uri)

    def close(self) -> None:
        self._client.close()

    def _read(self, found: Object, start: int, buffer: memoryview) -> Iterator[int]:
        """Byte counts as they arrive, so that nothing is lost when the connection breaks."""
        condition = {"IfMatch": f'"{found.etag}"'} if found.etag else {}
        answer = self._client.get_object(
            Bucket=found.bucket,
            Key=found.key,
            Range=f"bytes={start}-{start + len(buffer) - 1}",
            **condition,
        )
        read = answer["Body"].readinto
        while buffer:
            count = read(buffer[:_SLICE])
            if not count:
                raise ConnectionError("the answer ended early")
            buffer = buffer[count:]
            yield count

    def _asked(self, ask: Callable[[], Any], uri: str) -> Any:
        """The answer, after waiting out what passes; refusals in S3's words."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return ask()
            except self._failures as error:
                code = _code(error)
                if attempt == ATTEMPTS or not passes(code):
                    raise refusal(code, uri, error) from error
                self.sleep(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))


def passes(code: str | None) -> bool:
    """Whether a failure is worth another attempt; no code is a broken connection."""
    return code is None or code in _PASSING


def _code(error: Exception) -> str | None:
    """S3's error code where the failure is an answer of the service."""
    response = getattr(error, "response", None)
    return str(response["Error"]["Code"]) if isinstance(response, dict) else None


def refusal(code: str | None, uri: str, error: Exception) -> ObjectError:
    known = {
        "404": ("NoSuchKey", f"there is no object {uri}"),
        "NoSuchKey": ("NoSuchKey", f"there is no object {uri}"),
        "NoSuchBucket": ("NoSuchBucket", f"there is no bucket for {uri}"),
        "412": ("PreconditionFailed", f"{uri} changed since it was listed"),
        "PreconditionFailed": ("PreconditionFailed", f"{uri} changed since it was listed"),
        "403": ("AccessDenied", f"access to {uri} is denied"),
        "AccessDenied": ("AccessDenied", f"access to {uri} is denied"),
    }
    told = f"cannot read {uri}: {str(error) or type(error).__name__}"
    return ObjectError(*known.get(code or "", (code or "ConnectionBroken", told)))
