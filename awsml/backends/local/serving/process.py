"""A child process in a group of its own: its output line by line, and its end with grace."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Say = Callable[[str, str], None]  # stream, text

WORKER = Path(__file__).with_name("worker.py")
_LONGEST_LINE = 65_536


class Child:
    """One started program; whatever it printed goes to `say` under its name."""

    def __init__(self, process: asyncio.subprocess.Process, name: str, say: Say) -> None:
        self.process = process
        self._reading = asyncio.ensure_future(self._read(name, say))

    @classmethod
    async def started(
        cls,
        command: Sequence[str],
        name: str,
        say: Say,
        environment: Mapping[str, str],
        folder: Path,
        descriptors: Sequence[int] = (),
    ) -> Child:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(environment),
            cwd=folder,
            pass_fds=tuple(descriptors),
            start_new_session=True,
            limit=_LONGEST_LINE,
        )
        return cls(process, name, say)

    @property
    def alive(self) -> bool:
        return self.process.returncode is None

    def kill(self) -> None:
        """The whole group at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    async def end(self, grace_seconds: float) -> None:
        """SIGTERM as `docker stop` sends it, then SIGKILL."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait(), grace_seconds)
        self.kill()
        await self.process.wait()
        await self.finish_reading()

    async def finish_reading(self) -> None:
        """What is left of the output; a grandchild may hold the pipe open for ever."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._reading, 1.0)

    async def _read(self, name: str, say: Say) -> None:
        stream = self.process.stdout
        assert stream is not None
        while True:
            try:
                line = await stream.readline()
            except ValueError:  # longer than the limit: asyncio has dropped it
                say(name, f"(a line of more than {_LONGEST_LINE} bytes was dropped)")
                continue
            if not line:
                return
            say(name, line.decode("utf-8", "replace").rstrip("\r\n"))
