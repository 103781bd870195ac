"""What a try has left on the machine: processes, mounts, FIFOs, temporary files, links."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from tests.campaign.driver import Place

_OPT_ML = Path("/opt/ml")


def processes(folder: Path) -> list[str]:
    """Living processes that have to do with a folder: by words, variables, files or mounts."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        if int(entry.name) != os.getpid() and _concerns(entry, os.fsencode(folder)):
            words = _read(entry / "cmdline").replace(b"\0", b" ").decode(errors="replace")
            found.append(f"process {entry.name}: {words.strip()[:120]}")
    return found


def _concerns(process: Path, folder: bytes) -> bool:
    return any(folder in text for text in _traces(process))


def _traces(process: Path) -> Iterator[bytes]:
    for name in ("cmdline", "environ", "mountinfo"):
        yield _read(process / name)
    yield _target(process / "cwd")
    try:
        descriptors = os.listdir(process / "fd")
    except OSError:
        return
    for number in descriptors:
        yield _target(process / "fd" / number)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _target(link: Path) -> bytes:
    try:
        return os.fsencode(os.readlink(link))
    except OSError:
        return b""


def gone(folder: Path, seconds: float = 20.0) -> list[str]:
    """Waits until no process is left; those that stay."""
    end = time.monotonic() + seconds
    while (left := processes(folder)) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def _is_probe(path: Path) -> bool:
    """Python itself writes these four bytes for a moment, to learn where temporary files may go."""
    return path.is_file() and path.read_bytes() in (b"", b"blat")


def left_behind(place: Place) -> list[str]:
    """Everything that must not be there once a run is over and no process is left."""
    living = gone(place.folder)  # first: the rest is theirs while they live
    mounts = os.fsencode(place.folder) in Path("/proc/self/mountinfo").read_bytes()
    fifos = [f"FIFO {path}" for path in place.project.rglob("*") if path.is_fifo()]
    temporary = [f"temporary {p.name}" for p in place.temporary.iterdir() if not _is_probe(p)]
    found = [*living, *fifos, *temporary]
    found += ["a mount"] if mounts else []
    found += ["the link /opt/ml"] if os.fsencode(place.folder) in _target(_OPT_ML) else []
    return found
