"""A list of texts kept in an unnamed file, so that a million objects cost no memory."""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Iterator


class Spool:
    """Append, count, and read back by position."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._ends = array("Q", [0])
        self._flushed = 0

    def __len__(self) -> int:
        return len(self._ends) - 1

    def append(self, text: str) -> None:
        self._ends.append(self._ends[-1] + self._file.write(text.encode()))

    def __getitem__(self, index: int) -> str:
        start, end = self._ends[index], self._ends[index + 1]
        if end > self._flushed:
            self._file.flush()
            self._flushed = self._ends[-1]
        return os.pread(self._file.fileno(), end - start, start).decode()

    def close(self) -> None:
        self._file.close()


class Remembered:
    """Texts from a source that is read once, as far as anyone has asked."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._spool = Spool()
        self._ended = False

    def __iter__(self) -> Iterator[str]:
        index = 0
        while True:
            text = self._spool[index] if index < len(self._spool) else self._next()
            if text is None:
                return
            yield text
            index += 1

    def __len__(self) -> int:
        """How many there are; this reads the source to its end."""
        while self._next() is not None:
            pass
        return len(self._spool)

    def __getitem__(self, index: int) -> str:
        return self._spool[index]

    def close(self) -> None:
        self._spool.close()

    def _next(self) -> str | None:
        text = None if self._ended else next(self._source, None)
        if text is None:
            self._ended = True
        else:
            self._spool.append(text)
        return text
