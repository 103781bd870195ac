"""Which process looks after a run, told apart from a later one with the same pid."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Owner:
    """A process: its pid and when it started (which survives no reboot and no pid reuse)."""

    pid: int
    started: str

    def alive(self) -> bool:
        return _started(self.pid) == self.started


def this_process() -> Owner:
    return Owner(os.getpid(), _started(os.getpid()) or "")


def _started(pid: int) -> str | None:
    """Boot id and start tick of a living process; None when there is none, or only a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None if Path("/proc/self/stat").exists() else _started_by_ps(pid)
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else f"{boot_id()}/{fields[19]}"


def boot_id() -> str:
    """Differs after every start of the machine."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown-boot"


def _started_by_ps(pid: int) -> str | None:
    """The same on systems without /proc."""
    answer = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or None
