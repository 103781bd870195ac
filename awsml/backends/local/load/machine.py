"""What this machine does while it serves: CPU and memory of a process tree, and its GPUs."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from awsml.backends.local.inside.tree import descendants
from awsml.backends.local.machine import usable_cores

_EVERY_SECONDS = 0.5
_QUERY = ("--query-gpu=utilization.gpu,memory.used,memory.total", "--format=csv,noheader,nounits")


class Watched:
    """Samples a process tree while a point is measured; `shares` are means over it."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._samples: list[dict[str, float]] = []
        self._over = threading.Event()

    @contextmanager
    def watching(self) -> Iterator[None]:
        thread = threading.Thread(target=self._watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    @property
    def shares(self) -> dict[str, float]:
        names = {name for sample in self._samples for name in sample}
        found = {name: [s[name] for s in self._samples if name in s] for name in sorted(names)}
        return {name: sum(values) / len(values) for name, values in found.items()}

    def _watch(self) -> None:
        before = cpu_seconds(self._pid)
        while not self._over.wait(_EVERY_SECONDS):
            now = cpu_seconds(self._pid)
            if now is None:
                return
            sample = {"memory": memory_share(self._pid), **gpu_shares()}
            if before is not None:
                sample["cpu"] = max(0.0, (now - before) / _EVERY_SECONDS / usable_cores())
            self._samples.append(sample)
            before = now


def cpu_seconds(pid: int) -> float | None:
    """Processor time of a process and all below it; None where there is no /proc."""
    ticks, found = 0, False
    for each in (pid, *descendants(pid)):
        fields = _stat(each)
        if fields:
            found = True
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK") if found else None


def memory_share(pid: int) -> float:
    """Resident memory of the tree over the machine's."""
    pages = sum(int(fields[21]) for each in (pid, *descendants(pid)) if (fields := _stat(each)))
    return pages / os.sysconf("SC_PHYS_PAGES")


def gpu_shares() -> dict[str, float]:
    """Mean over the NVIDIA devices; empty where there are none."""
    if shutil.which("nvidia-smi") is None:
        return {}
    asked = ["nvidia-smi", *_QUERY]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return {}
    rows = [line.split(",") for line in said.stdout.splitlines()]
    numbers = [[float(cell) for cell in row] for row in rows if _numeric(row)]
    if not numbers:
        return {}
    busy = sum(row[0] for row in numbers) / len(numbers) / 100
    used = sum(row[1] for row in numbers) / sum(row[2] for row in numbers)
    return {"gpu": busy, "gpu_memory": used}


def _numeric(row: list[str]) -> bool:
    return len(row) == 3 and all(cell.strip().replace(".", "", 1).isdigit() for cell in row)


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()
