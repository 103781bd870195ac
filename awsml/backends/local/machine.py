"""This machine: what it has to run jobs with, and that it failed."""

from __future__ import annotations

import os
import re
from pathlib import Path

from awsml.errors import BackendError


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def gpus_here(devices: Path = Path("/dev")) -> int:
    """NVIDIA devices, /dev/nvidia0 and so on."""
    return sum(bool(re.fullmatch(r"nvidia\d+", one.name)) for one in devices.iterdir())


def machine_failed(error: OSError, then: str = "") -> BackendError:
    """A full disk, a file that may not be written: not the job's fault."""
    what = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror)
    return BackendError(
        f"this machine failed: {what}",
        hint=f"free disk space or fix the permissions{then}",
        slug="machine-failed",
    )
