"""S3 for those who move bytes: a client, the exceptions it may raise, and presigned addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from awsml.aws.session import Session

_SIGNED_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class S3Access:
    """A client with what its user has to know about it."""

    client: Any
    failures: tuple[type[Exception], ...]
    endpoint: str

    def sign(self, bucket: str, key: str) -> str:
        """An address that reads one object for half a day without further credentials."""
        params = {"Bucket": bucket, "Key": key}
        return str(
            self.client.generate_presigned_url("get_object", params, ExpiresIn=_SIGNED_SECONDS)
        )


def s3_access(session: Session) -> S3Access:
    """S3 as the session reaches it."""
    from botocore.exceptions import BotoCoreError, ClientError

    client = session.client("s3")
    return S3Access(client, (ClientError, BotoCoreError), str(client.meta.endpoint_url))
