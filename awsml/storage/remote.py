"""The store behind a session: real S3, or an endpoint that speaks its language."""

from __future__ import annotations

from awsml.aws.s3 import s3_access
from awsml.aws.session import Session
from awsml.storage.client import ClientStore
from awsml.storage.http import HttpStore


def remote_store(session: Session) -> ClientStore:
    """Plain HTTP goes from socket to pipe; TLS goes through the client."""
    access = s3_access(session)
    if access.endpoint.startswith("http://"):
        return HttpStore(access.client, access.client.sign, access.failures)
    return ClientStore(access.client, access.failures)
