"""Objects behind a plain-HTTP endpoint, which can go from socket to pipe inside the kernel."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from awsml.storage.client import ClientStore, S3Client
from awsml.storage.objects import Object


class HttpStore(ClientStore):
    """A client's store whose bodies are fetched by own sockets. `sign` makes a presigned URL."""

    def __init__(
        self,
        client: S3Client,
        sign: Callable[[str, str], str],
        failures: tuple[type[Exception], ...] = (),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(client, failures, sleep)
        self._sign = sign
        self._signed: tuple[Object, SplitResult] | None = None

    def url(self, found: Object) -> SplitResult:
        """The address of an object; ranges of one object share it."""
        if self._signed is None or self._signed[0] != found:
            self._signed = (found, urlsplit(self._sign(found.bucket, found.key)))
        return self._signed[1]
