"""One attempt as a process group of its own, and a guard that ends all groups with their driver."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_CHUNK = 65_536
# Reads `+pid` and `-pid` lines; at the end of its input the driver is gone, and what is left of
# the groups is killed. Standard input ends even where the driver was killed with SIGKILL.
_GUARD = """
import os, signal, sys
groups = set()
for line in sys.stdin:
    (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
for group in groups:
    try: os.killpg(group, signal.SIGKILL)
    except OSError: pass
"""


class Guard:
    """A small process that outlives its driver for just as long as it takes."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _GUARD],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            bufsize=1,
            start_new_session=True,
        )

    def knows(self, pid: int) -> None:
        self._tell(f"+{pid}\n")

    def forgets(self, pid: int) -> None:
        self._tell(f"-{pid}\n")

    def close(self) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(line)


class AttemptProcess:
    """The command of one attempt; output and errors come through one pipe, line by line."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> None:
        reader, writer = os.pipe()
        try:
            self._process = subprocess.Popen(
                list(command),
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=writer,
                stderr=writer,
                start_new_session=True,
            )
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        os.set_blocking(reader, False)
        self.output = reader
        self.silent = False  # nobody can write to the pipe any more
        self.exits = _exit_of(self._process.pid)
        self._rest = b""

    @property
    def pid(self) -> int:
        return self._process.pid

    def poll(self) -> int | None:
        """The exit code as a shell shows it, or None while it runs."""
        code = self._process.poll()
        return None if code is None else code if code >= 0 else 128 - code

    def lines(self, *, last: bool = False) -> list[str]:
        """Whole lines printed since the last look; at the end also what has no line end."""
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self.output, _CHUNK):
                self._rest += chunk
            self.silent = True
        *whole, self._rest = self._rest.split(b"\n")
        if last and self._rest:
            whole.append(self._rest)
            self._rest = b""
        return [line.decode("utf-8", errors="replace").rstrip("\r") for line in whole]

    def send(self, number: signal.Signals) -> None:
        """To the whole group, whoever of it is left."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def close(self) -> None:
        """Ends what the command left behind, and the pipe."""
        self.send(signal.SIGKILL)
        os.close(self.output)
        if self.exits is not None:
            os.close(self.exits)


def _exit_of(pid: int) -> int | None:
    """A descriptor that becomes readable when the process ends, where the system has such."""
    opened = getattr(os, "pidfd_open", None)
    if opened is None:
        return None
    try:
        return int(opened(pid))
    except OSError:
        return None
