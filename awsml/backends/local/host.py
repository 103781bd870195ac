"""One host of a running attempt, seen from awsml: its launcher, its output, its end."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import awsml
from awsml.backends.local.inside.order import Order
from awsml.backends.local.inside.tree import catches_sigterm, descendants
from awsml.errors import BackendError
from awsml.events import LogLine

_LONGEST_LINE = 65_536  # bytes; what is longer is cut, so that memory stays flat
_PACKAGE = str(Path(awsml.__file__).resolve().parent.parent)
_LAUNCH = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from awsml.backends.local.inside.launch import main; main()"
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How the entry point ended: an exit code, or the signal that killed it."""

    code: int | None
    signal: int | None = None

    @property
    def ok(self) -> bool:
        return self.code == 0

    @property
    def exit_code(self) -> int:
        """As a shell and Docker count: 128 and the signal's number."""
        return self.code if self.code is not None else 128 + (self.signal or 0)


class Host:
    """A launcher process and the leash that ends its tree when awsml goes away."""

    def __init__(self, name: str, order: Order) -> None:
        self.name = name
        self._leash, theirs = socket.socketpair()
        self.output, writing = os.pipe()
        os.set_blocking(self.output, False)
        try:
            self._launcher = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _LAUNCH, _PACKAGE, str(theirs.fileno())],
                stdin=subprocess.PIPE,
                stdout=writing,
                stderr=writing,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                close_fds=True,
            )
        finally:
            os.close(writing)
            theirs.close()
        assert self._launcher.stdin is not None
        self._launcher.stdin.write(order.packed())
        self._launcher.stdin.close()
        self._heard = b""
        self._rest = b""
        self._closed = False
        self.ending: Ending | None = None

    @property
    def leash(self) -> int:
        """Readable when the launcher has something to say."""
        return self._leash.fileno()

    def wait_started(self) -> None:
        """Until the entry point runs; an error when it cannot."""
        message = self._next_message()
        if "error" in message:
            self.close()
            raise _cannot_start(str(message["error"]), str(message.get("message", "")))

    def hear(self) -> None:
        """Reads what the launcher says: that the entry point has ended, and how."""
        message = self._next_message()
        self.ending = Ending(message.get("exit"), message.get("signal"))  # type: ignore[arg-type]

    def lines(self, now: float) -> list[LogLine]:
        """What the job has printed since the last look, whole lines only; `now` is their time."""
        data = self._read()
        if not data and self.ending is None:
            return []
        pieces = (self._rest + data).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._rest = pieces.pop()
        if self.ending is not None or len(self._rest) > _LONGEST_LINE:
            pieces += [self._rest] if self._rest else []
            self._rest = b""
        return [LogLine(self.name, _text(piece), now) for piece in pieces]

    def terminate(self) -> None:
        """SIGTERM to the entry point, as `docker stop` does it."""
        self._say(b"T")

    def kill(self) -> None:
        """SIGKILL to the whole tree."""
        self._say(b"K")

    def deaf_to_sigterm(self) -> bool:
        """Whether a handler is there that the signal will not reach: it goes to PID 1 alone."""
        *below, first = descendants(self._launcher.pid) or [0]
        return not catches_sigterm(first) and any(catches_sigterm(pid) for pid in below)

    def close(self) -> None:
        """Ends the tree if it still runs, and leaves nothing of it behind."""
        if self._closed:
            return
        self._closed = True
        self._leash.close()
        self._launcher.wait()
        os.close(self.output)

    def _read(self) -> bytes:
        parts = []
        while True:
            try:
                data = os.read(self.output, _LONGEST_LINE)
            except BlockingIOError:
                break
            if not data:
                break
            parts.append(data)
            if len(parts) >= 16 and self.ending is None:
                break  # others want to be heard too
        return b"".join(parts)

    def _say(self, word: bytes) -> None:
        with contextlib.suppress(OSError):  # it has ended already; the ending is on its way
            self._leash.send(word)

    def _next_message(self) -> dict[str, object]:
        while b"\n" not in self._heard:
            data = self._leash.recv(4096)
            if not data:
                return {"signal": 9}  # the launcher itself was killed, and its tree with it
            self._heard += data
        line, self._heard = self._heard.split(b"\n", 1)
        message: dict[str, object] = json.loads(line)
        return message


def _text(data: bytes) -> str:
    return data[:_LONGEST_LINE].decode("utf-8", errors="replace")


def _cannot_start(error: str, message: str) -> BackendError:
    if error == "command":
        return BackendError(
            f"the entry point cannot be started: {message}",
            hint="it has to be a program of this machine, on PATH or by its full path",
            slug="entry-point-missing",
        )
    return BackendError(
        f"this machine refused the namespaces of the job: {message}",
        hint="allow user namespaces again, or remove .awsml/isolation.json to have it tried anew",
        slug="isolation-refused",
    )
