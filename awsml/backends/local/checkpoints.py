"""Checkpoints: restored from S3 when an attempt starts, kept in step with it while it runs."""

from __future__ import annotations

import os
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from awsml.backends.local.locations import bucket_and_key
from awsml.storage.embedded.folder import ObjectFolder

_LOOK_SECONDS = 0.05
_LOOK_SHARE = 0.05  # of the time, at most, goes into looking
_SETTLED_SECONDS = 0.05  # a file that changed more recently may be half written
_OVERDUE_SECONDS = 0.25  # one that never settles is copied this often all the same
_BLOCK = 2**20
_NEVER_READ = 1  # access time, in nanoseconds, that only reading changes
_MOST_WATCHED = 64  # restored files that are held open, to see whether they were read

_State = tuple[int, int]  # size and time of change


@dataclass(frozen=True, slots=True)
class Kept:
    """The newest checkpoint file that reached the store."""

    name: str
    written: float


class CheckpointSync:
    """Copies what changes in the hosts' checkpoint folders to one prefix of the store."""

    def __init__(self, address: str | None, folders: list[Path], objects: ObjectFolder) -> None:
        """Without an address there is nothing to keep."""
        self.address = address.rstrip("/") if address else None
        place = bucket_and_key(f"{self.address}/") if address else ("", "")
        self._bucket, self._prefix = place
        self._folders = folders if address else []
        self._objects = objects
        self._seen: dict[Path, _State] = {}
        self._copied: dict[Path, float] = {}
        self._watched: list[int] = []
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self.kept: Kept | None = None
        self.trouble: str | None = None

    def restore(self) -> int:
        """Puts every object below the prefix into each host's folder; how many there were."""
        if self.address is None:
            return 0
        self._objects.create_bucket(self._bucket, exist_ok=True)
        found = list(self._objects.keys(self._bucket, self._prefix))
        for folder in self._folders:
            for object_ in found:
                if object_.path and not object_.key.endswith("/"):
                    self._restore(folder, object_.key, Path(object_.path))
        return len(found)

    def start(self) -> None:
        if self.address is None:
            return
        self._thread = threading.Thread(target=self._follow, name="checkpoints", daemon=True)
        self._thread.start()

    def stop(self, *, last_look: bool) -> None:
        """Ends following; a last look copies what is there, as after an orderly end."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        if last_look:
            self._look(settled_seconds=0.0)

    def close(self) -> None:
        while self._watched:
            os.close(self._watched.pop())

    def read_since_restore(self) -> bool | None:
        """Whether a restored file was read; None where nothing was restored or none can tell.

        The files are held open, so that one which was replaced by its name still answers.
        """
        if not self._watched or not _tells_access(self._folders[0]):
            return None
        return any(os.fstat(number).st_atime_ns != _NEVER_READ for number in self._watched)

    def _restore(self, folder: Path, key: str, source: Path) -> None:
        target = folder / key.removeprefix(self._prefix)
        if not target.resolve().is_relative_to(folder.resolve()):
            return  # a key such as a/../../b stays an object and becomes no file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        state = target.stat()
        os.utime(target, ns=(_NEVER_READ, state.st_mtime_ns))
        self._seen[target] = (state.st_size, state.st_mtime_ns)
        if len(self._watched) < _MOST_WATCHED:
            self._watched.append(os.open(target, os.O_RDONLY))

    def _follow(self) -> None:
        pause = _LOOK_SECONDS
        while not self._ended.wait(pause):
            begun = time.monotonic()
            self._look(_SETTLED_SECONDS)
            pause = max(_LOOK_SECONDS, (time.monotonic() - begun) / _LOOK_SHARE)

    def _look(self, settled_seconds: float) -> None:
        try:
            for folder in self._folders:
                for path in sorted(folder.rglob("*")):
                    if path.is_file() and not path.is_symlink():
                        self._copy_if_new(folder, path, settled_seconds)
            self.trouble = None
        except OSError as error:
            self.trouble = f"checkpoints could not be copied: {error.strerror}"

    def _copy_if_new(self, folder: Path, path: Path, settled_seconds: float) -> None:
        try:
            state = path.stat()
            now = (state.st_size, state.st_mtime_ns)
            if self._seen.get(path) == now or not self._settled(path, state, settled_seconds):
                return
            copied = self._copied_whole(path, f"{self._prefix}{path.relative_to(folder)}")
            if copied is not None:
                self._seen[path] = (copied.st_size, copied.st_mtime_ns)
                self._copied[path] = time.time()
                self.kept = Kept(str(path.relative_to(folder)), copied.st_mtime)
        except FileNotFoundError:
            return  # the script removed it meanwhile

    def _settled(self, path: Path, state: os.stat_result, seconds: float) -> bool:
        """Unchanged for a while, or changing without end and not copied for longer."""
        now = time.time()
        last = self._copied.setdefault(path, now)
        return now - state.st_mtime >= seconds or now - last >= _OVERDUE_SECONDS

    def _copied_whole(self, path: Path, key: str) -> os.stat_result | None:
        """A copy becomes the object only if the file did not change meanwhile.

        The open file is what counts: one that is replaced by its name stays whole.
        """
        unnoticed = open(path, "rb", 0, opener=_open_unnoticed)  # noqa: SIM115
        with unnoticed as file, self._objects.incoming(self._bucket, key) as incoming:
            before = os.fstat(file.fileno())
            while block := file.read(_BLOCK):
                incoming.write(block)
            after = os.fstat(file.fileno())
            if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                return None
            incoming.commit()
            return after


def _open_unnoticed(path: str, flags: int) -> int:
    """Our own reading must not look like the script's."""
    try:
        return os.open(path, flags | getattr(os, "O_NOATIME", 0))
    except PermissionError:  # somebody else's file
        return os.open(path, flags)


def _tells_access(folder: Path) -> bool:
    """Whether this file system notes that a file was read (not when mounted noatime)."""
    probe = folder / f".awsml-{os.getpid()}"
    probe.write_bytes(b"x")
    os.utime(probe, ns=(_NEVER_READ, time.time_ns()))
    probe.read_bytes()
    noted = probe.stat().st_atime_ns != _NEVER_READ
    probe.unlink()
    return noted
