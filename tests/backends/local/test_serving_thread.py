"""The thread that serves: an end asked for at any moment is heard."""

from __future__ import annotations

import asyncio

from awsml.backends.local.serving.process import Say
from awsml.backends.local.serving.thread import Serving


class Slow:
    """A server that never becomes healthy by itself."""

    gone = False
    batch = 1

    def __init__(self) -> None:
        self.cancelled = self.stopped = False

    async def start(self) -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            await asyncio.sleep(0)  # taking down what was begun takes a moment
            self.cancelled = True
            raise

    async def stop(self, grace_seconds: float) -> None:
        assert self.cancelled, "stopped only when nothing is being started any more"
        self.stopped = True


def ended(moment: str) -> Slow:
    server = Slow()
    begun = []

    def build(_: Say) -> Slow:
        begun.append(True)
        if moment == "while it is built":
            serving.stop(0.0)
        return server

    serving = Serving(build, "e", "all", 0, 1024)  # type: ignore[arg-type]
    if moment == "before it begins":
        serving.stop(0.0)
    serving.start()
    if moment == "at once":
        serving.stop(0.0)
    serving.join(20)
    assert not serving.alive, moment
    return server


def test_an_end_is_heard_at_any_moment() -> None:
    for moment in ("before it begins", "while it is built", "at once"):
        assert ended(moment).stopped
