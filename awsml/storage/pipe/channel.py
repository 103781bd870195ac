"""The FIFOs of one channel, fed by a thread, epoch after epoch until it is stopped."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import itertools
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from awsml.errors import AwsmlError
from awsml.storage.channel import ChannelData
from awsml.storage.errors import DataError
from awsml.storage.objects import Store
from awsml.storage.pipe.feed import feed
from awsml.storage.pipe.sink import PipeSink, ReaderLeft, Stopped, sink_for
from awsml.units import format_bytes

PIPE_BYTES = 2**20  # the most that Linux grants without privileges
_STOP_SECONDS = 0.02
# Somebody may have removed the FIFO that the feeder waits at; the thread ends with the process.
_PATIENCE_SECONDS = 15


@dataclass(frozen=True, slots=True)
class PipeProgress:
    """How far a channel is. An epoch counts as begun when a reader opens its FIFO."""

    begun: int = 0
    completed: int = 0
    abandoned: int = 0
    bytes: int = 0


class PipeChannel:
    """Streams a channel through `<folder>/<name>_<epoch>`."""

    def __init__(
        self,
        data: ChannelData,
        store: Store,
        folder: Path,
        *,
        on_failure: Callable[[AwsmlError], None],
        on_note: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._data, self._store, self._folder = data, store, folder
        self._on_failure, self._on_note = on_failure, on_note
        self._name = data.channel.name
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"pipe-{self._name}", daemon=True)
        self._made: list[Path] = []
        self._held: int | None = None
        self._begun = self._completed = self._abandoned = self._bytes = 0
        self._sink: PipeSink | None = None

    @property
    def progress(self) -> PipeProgress:
        sink = self._sink
        sent = self._bytes + (sink.sent if sink else 0)
        return PipeProgress(self._begun, self._completed, self._abandoned, sent)

    def start(self) -> None:
        """Make the first FIFO and wait for its reader; raises when there is nothing to send."""
        self._data.require_some()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._make(0)
        self._thread.start()

    def stop(self) -> None:
        """End the feeder wherever it is, and remove the FIFOs."""
        self._stopping.set()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self._thread.is_alive() and time.monotonic() < deadline:
            for path in tuple(self._made):
                _release_writer(path)
            self._thread.join(_STOP_SECONDS)
        if self._held is not None:
            os.close(self._held)
            self._held = None
        for path in self._made:
            path.unlink(missing_ok=True)
        self._data.close()

    def _run(self) -> None:
        try:
            for epoch in itertools.count():
                self._stream(epoch)
        except Stopped:
            return
        except AwsmlError as error:
            self._on_failure(error)
        except OSError as error:
            self._on_failure(
                DataError(
                    f"channel `{self._name}` cannot be streamed: {error.strerror or error}",
                    hint="read its data once: `awsml data probe`",
                )
            )

    def _stream(self, epoch: int) -> None:
        """One epoch: wait for the reader, make the next FIFO, send everything, close."""
        path = self._made[-1]
        fd = os.open(path, os.O_WRONLY)
        self._held = fd
        self._check()
        self._begun += 1
        with contextlib.suppress(OSError, AttributeError):  # a smaller pipe is only slower
            fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._make(epoch + 1)
        self._send(epoch, fd)
        self._held = None
        os.close(fd)
        path.unlink(missing_ok=True)
        self._made.remove(path)

    def _send(self, epoch: int, fd: int) -> None:
        channel = self._data.channel
        pipe = self._sink = PipeSink(fd, self._stopping)
        sink = sink_for(pipe, channel.record_io, channel.gzip)
        try:
            feed(self._data.epoch(epoch), self._store, sink, self._check)
            self._completed += 1
        except ReaderLeft:
            self._note_abandoned(epoch, pipe.sent)
        finally:
            self._sink = None
            self._bytes += pipe.sent

    def _note_abandoned(self, epoch: int, sent: int) -> None:
        self._abandoned += 1
        if self._abandoned == 1:
            self._on_note(
                f"the reader closed {self._name}_{epoch} before its end ({format_bytes(sent)} were "
                f"sent); the data goes on with {self._name}_{epoch + 1}, from the first object"
            )

    def _make(self, epoch: int) -> None:
        path = self._folder / f"{self._name}_{epoch}"
        try:
            os.mkfifo(path, 0o644)
        except FileExistsError as error:
            raise DataError(
                f"{path} exists already", hint="use a folder of its own for each run"
            ) from error
        self._made.append(path)

    def _check(self) -> None:
        if self._stopping.is_set():
            raise Stopped


def _release_writer(path: Path) -> None:
    """Let a writer go on that waits for a reader or for room: be a reader for a moment."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        return
    try:
        while os.read(fd, PIPE_BYTES):
            pass
    except OSError as error:
        if error.errno != errno.EAGAIN:
            raise
    finally:
        os.close(fd)
