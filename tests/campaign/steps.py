"""Counts what a process does to the world around it, and strikes at one of these steps.

A step is about to happen when it is counted: a file written, moved or removed, a row of a
database, a process started or signalled, a connection made or used. The interpreter announces
them (audit events), so no part of awsml has to say where it could be struck.
"""

from __future__ import annotations

import mmap
import os
import signal
import sqlite3
import struct
import sys
from collections.abc import Callable
from typing import Any

_ACTS = frozenset(
    {
        "os.chmod",
        "os.fork",
        "os.kill",
        "os.killpg",
        "os.link",
        "os.mkdir",
        "os.posix_spawn",
        "os.remove",
        "os.rename",
        "os.rmdir",
        "os.symlink",
        "os.truncate",
        "http.client.send",
        "socket.bind",
        "socket.connect",
        "subprocess.Popen",
    }
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CHANGES = ("INSERT", "UPDATE", "DELETE", "CREATE", "BEGIN", "COMMIT")
ROLES = ("viewer", "supervisor")


class Counts:
    """Steps of both processes of a run, kept where both of them and the caller see them."""

    _LAYOUT = "4q"  # steps of the viewer and the supervisor, whether struck, pid of the viewer

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, struct.calcsize(self._LAYOUT))

    def add(self, role: str) -> int:
        number = self._get(ROLES.index(role)) + 1
        self._set(ROLES.index(role), number)
        return number

    def of(self, role: str) -> int:
        return self._get(ROLES.index(role))

    @property
    def struck(self) -> bool:
        return bool(self._get(2))

    def note_strike(self) -> None:
        self._set(2, 1)

    @property
    def viewer(self) -> int:
        return self._get(3)

    def note_viewer(self, pid: int) -> None:
        self._set(3, pid)

    def _get(self, index: int) -> int:
        return int(struct.unpack_from("q", self._memory, index * 8)[0])

    def _set(self, index: int, value: int) -> None:
        struct.pack_into("q", self._memory, index * 8, value)


class Steps:
    """Watches this process and its forks; `strike` is called at step `at` of the `role`."""

    def __init__(self, counts: Counts, role: str, at: int, strike: Callable[[], None]) -> None:
        self._counts, self._role, self._at, self._strike = counts, role, at, strike
        self._here = ROLES[0]

    def watch(self) -> None:
        self._counts.note_viewer(os.getpid())
        os.register_at_fork(after_in_child=self._forked)
        sys.addaudithook(self._heard)
        sqlite3.connect = self._connecting(sqlite3.connect)

    def _connecting(self, connect: Callable[..., sqlite3.Connection]) -> Callable[..., Any]:
        """No audit event tells of statements."""

        def connected(*args: Any, **options: Any) -> sqlite3.Connection:
            connection = connect(*args, **options)
            connection.set_trace_callback(self._statement)
            return connection

        return connected

    def _forked(self) -> None:
        self._here = ROLES[1]

    def _heard(self, event: str, details: tuple[Any, ...]) -> None:
        if event in _ACTS or (event == "open" and _writes(details)):
            self._step()

    def _statement(self, text: str) -> None:
        if text.lstrip().upper().startswith(_CHANGES):
            self._step()

    def _step(self) -> None:
        number = self._counts.add(self._here)
        if number == self._at and self._here == self._role and not self._counts.struck:
            self._counts.note_strike()
            self._strike()


def _writes(details: tuple[Any, ...]) -> bool:
    """Of `open`: (path, mode, flags)."""
    flags = details[2] if len(details) > 2 else 0
    return isinstance(flags, int) and bool(flags & _WRITES) and details[0] != os.devnull


def killer(counts: Counts, who: str) -> Callable[[], None]:
    """SIGKILL to the process that is struck; `both` takes the viewer first."""

    def kill() -> None:
        if who == "both" and counts.viewer != os.getpid():
            os.kill(counts.viewer, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    return kill
