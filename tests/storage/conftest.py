"""A store in a temporary folder, its server, and a boto3 client of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.server import Conditions, ObjectServer


@pytest.fixture
def folder(tmp_path: Path) -> ObjectFolder:
    made = ObjectFolder(tmp_path / "s3")
    made.create_bucket("data")
    return made


@pytest.fixture
def serve(folder: ObjectFolder) -> Iterator[Callable[..., ObjectServer]]:
    """Start a server of the folder under given conditions; all are stopped afterwards."""
    started = []

    def start(conditions: Conditions | None = None) -> ObjectServer:
        server = ObjectServer(folder, conditions=conditions)
        server.start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


def client_of(server: ObjectServer, attempts: int = 3) -> Any:
    """A boto3 client with credentials that nobody checks."""
    return boto3.client(
        "s3",
        endpoint_url=server.url,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(retries={"mode": "standard", "total_max_attempts": attempts}),
    )


@pytest.fixture
def s3(serve: Callable[..., ObjectServer]) -> Any:
    return client_of(serve())
