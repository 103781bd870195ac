"""The training toolkit's part as the entry point: starts the script, reports how it ended.

Like the toolkit, it does not pass SIGTERM on to the script and answers 1 for every failure.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Mapping, Sequence

_KEPT_BYTES = 16_384  # of the script's stderr, for the reason
_MESSAGE_CHARACTERS = 600


def run_script(
    command: Sequence[str], environment: Mapping[str, str], folder: str, output: str
) -> int:
    """Exit code of the entry point; `output` receives `success` or `failure`."""
    os.chdir(folder)
    signal.signal(signal.SIGTERM, signal.SIG_IGN if os.getpid() != 1 else signal.SIG_DFL)
    try:
        status, said = _run(command, environment)
    except OSError as error:
        _report(output, f"ExecuteUserScriptError:\ncannot start {command[0]}: {error.strerror}")
        return 1
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        with open(os.path.join(output, "success"), "w"):
            return 0
    words = " ".join(command)
    reason = f'ExitCode {code}\nErrorMessage "{_message(said)}"\nCommand "{words}"'
    _report(output, f"ExecuteUserScriptError:\n{reason}")
    return 1


def _run(command: Sequence[str], environment: Mapping[str, str]) -> tuple[int, bytes]:
    """The script's wait status and the end of what it wrote to stderr."""
    reading, writing = os.pipe()
    to_default = [signal.SIGTERM, signal.SIGINT, signal.SIGPIPE]
    child = os.posix_spawnp(
        command[0],
        list(command),
        dict(environment),
        file_actions=[(os.POSIX_SPAWN_DUP2, writing, 2)],
        setsigdef=to_default,
    )
    os.close(writing)
    os.set_blocking(reading, False)
    said = b""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        said = _passed_on(reading, said)
        if ended:
            return status, said
        _wait_for(reading, child)


def _wait_for(reading: int, child: int) -> None:
    """Until there is output or the child has ended (polling where there are no pidfds)."""
    if not hasattr(os, "pidfd_open"):
        select.select([reading], [], [], 0.05)
        return
    try:
        handle = os.pidfd_open(child)
    except OSError:
        return
    select.select([reading, handle], [], [])
    os.close(handle)


def _passed_on(reading: int, said: bytes) -> bytes:
    """Forward what is there to our own stderr and keep its end."""
    while True:
        try:
            data = os.read(reading, 65_536)
        except BlockingIOError:
            return said
        if not data:
            select.select([], [], [], 0.01)  # closed by a script that still runs: do not spin
            return said
        os.write(2, data)
        said = (said + data)[-_KEPT_BYTES:]


def _message(said: bytes) -> str:
    """The last traceback, or the last lines, cut from the front."""
    text = said.decode("utf-8", errors="replace").strip()
    start = text.rfind("Traceback (most recent call last)")
    return text[max(start, 0) :][-_MESSAGE_CHARACTERS:].strip()


def _report(output: str, reason: str) -> None:
    """A failure file that the script wrote itself is kept."""
    with (
        contextlib.suppress(FileExistsError),
        open(os.path.join(output, "failure"), "x", encoding="utf-8") as file,
    ):
        file.write(reason)
