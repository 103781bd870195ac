"""S3 for those who move bytes: a client, the exceptions it may raise, and presigned addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from awsml.aws.session import Session, translated

_SIGNED_SECONDS = 12 * 3600


class ByteClient:
    """The calls that move bytes. What S3 answers and what may pass are boto3's own exceptions;
    what is wrong on this machine (no credentials, say) is awsml's."""

    def __init__(self, client: Any, passing: tuple[type[Exception], ...]) -> None:
        self._client, self._passing = client, passing

    def get_object(self, **params: Any) -> Mapping[str, Any]:
        return self._asked(self._client.get_object, "GetObject", params)

    def head_object(self, **params: Any) -> Mapping[str, Any]:
        return self._asked(self._client.head_object, "HeadObject", params)

    def list_objects_v2(self, **params: Any) -> Mapping[str, Any]:
        return self._asked(self._client.list_objects_v2, "ListObjectsV2", params)

    def list_buckets(self) -> Mapping[str, Any]:
        return self._asked(self._client.list_buckets, "ListBuckets", {})

    def close(self) -> None:
        self._client.close()

    def sign(self, bucket: str, key: str) -> str:
        """An address that reads one object for half a day without further credentials."""
        params = {"Bucket": bucket, "Key": key}
        with translated("GetObject"):
            url = self._client.generate_presigned_url(
                "get_object", params, ExpiresIn=_SIGNED_SECONDS
            )
        return str(url)

    def _asked(
        self, call: Callable[..., Any], operation: str, params: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        from botocore.exceptions import BotoCoreError

        try:
            answer: Mapping[str, Any] = call(**params)
            return answer
        except self._passing:
            raise
        except BotoCoreError as error:
            with translated(operation):
                raise error


@dataclass(frozen=True, slots=True)
class S3Access:
    """A client with what its user has to know about it."""

    client: ByteClient
    failures: tuple[type[Exception], ...]
    endpoint: str


def s3_access(session: Session) -> S3Access:
    """S3 as the session reaches it."""
    from botocore import exceptions

    passing = (
        exceptions.ClientError,
        exceptions.ConnectionError,
        exceptions.HTTPClientError,
        exceptions.IncompleteReadError,
    )
    client = session.client("s3")
    return S3Access(ByteClient(client, passing), passing, str(client.meta.endpoint_url))
