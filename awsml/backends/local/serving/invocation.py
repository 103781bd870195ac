"""One request as a container gets it, and its answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Invocation:
    """The body and the headers that SageMaker passes on; it strips all others."""

    body: bytes
    content_type: str
    accept: str
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `attributes` are the headers that reach the client."""

    status: int
    content_type: str
    body: bytes
    attributes: tuple[tuple[str, str], ...] = field(default=())


class Server(Protocol):
    """What stands behind the front: a pool of workers, or a program that listens."""

    @property
    def gone(self) -> bool:
        """Whether it has ended on its own."""
        ...

    def batched(self, most: int) -> bool:
        """Take at most so many requests at a time; False where it knows no batches."""
        ...

    async def start(self) -> None: ...

    async def healthy(self) -> bool: ...

    async def invoke(self, request: Invocation) -> Answer: ...

    async def stop(self, grace_seconds: float) -> None: ...


def problem(status: int, text: str) -> Answer:
    """An answer that says what went wrong."""
    return Answer(status, "application/json", json.dumps({"error": text}).encode())


class NeverHealthy(Exception):
    """The model cannot be served; the text says why."""
