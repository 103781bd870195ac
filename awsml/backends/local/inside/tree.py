"""Ending and signalling a process tree, with or without a PID namespace around it."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

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
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    masks = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(next(masks, "0"), 16) & _SIGTERM_BIT)


def descendants(pid: int) -> list[int]:
    """All processes below one, deepest first; empty where there is no /proc."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found.extend(below)
        waiting.extend(below)
    return found[::-1]


def _kill(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
