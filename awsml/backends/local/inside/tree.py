"""Ending and signalling a process tree, with or without a PID namespace around it."""

from __future__ import annotations

import contextlib
import os
import signal

from awsml.backends.local.inside.order import Isolation

_SIGTERM_BIT = 1 << (signal.SIGTERM - 1)


def end_tree(child: int, isolation: Isolation) -> None:
    """Kill everything the entry point started. A PID namespace ends with its first process."""
    pids = [child] if isolation is Isolation.NAMESPACES else descendants(os.getpid())
    for pid in pids:
        _kill(pid, signal.SIGKILL)
    if isolation is not Isolation.NAMESPACES:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)


def forward(child: int, isolation: Isolation) -> None:
    """SIGTERM as `docker stop` sends it: to PID 1, which ignores it without a handler."""
    if isolation is Isolation.NAMESPACES or catches_sigterm(child):
        _kill(child, signal.SIGTERM)


def catches_sigterm(pid: int) -> bool:
    """Whether a process has installed a handler for SIGTERM."""
    try:
        status = _text(f"/proc/{pid}/status")
    except OSError:
        return False
    masks = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(next(masks, "0"), 16) & _SIGTERM_BIT)


def descendants(pid: int) -> list[int]:
    """All processes below one, deepest first; empty where there is no /proc."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if name.isdecimal():
            with contextlib.suppress(OSError):  # it has ended
                fields = _text(f"/proc/{name}/stat").rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(name))
    found, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found.extend(below)
        waiting.extend(below)
    return found[::-1]


def _text(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def _kill(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
