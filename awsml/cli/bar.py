"""A progress bar on stderr while a person watches, and nothing otherwise."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from awsml.units import format_bytes

_REDRAW_SECONDS = 0.1
_WIDTH = 24


class Bar:
    """`with Bar("packing") as bar: bar.show(done_bytes, all_bytes)`."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown = sys.stderr.isatty()
        self._began = self._drawn = time.monotonic()
        self._used = False

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._used:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def show(self, done: float, total: float | None) -> None:
        now = time.monotonic()
        if not self._shown or now - self._drawn < _REDRAW_SECONDS:
            return
        self._drawn = now
        self._used = True
        sys.stderr.write(f"\r\x1b[K{self._line(done, total, now - self._began)}")
        sys.stderr.flush()

    def _line(self, done: float, total: float | None, seconds: float) -> str:
        rate = f"{format_bytes(done / max(seconds, 1e-9))}/s"
        if not total:
            return f"{self._what}  {format_bytes(done)}  {rate}"
        filled = min(_WIDTH, round(_WIDTH * done / total))
        drawn = "█" * filled + "░" * (_WIDTH - filled)
        return f"{self._what}  {drawn} {done / total:.0%}  {format_bytes(done)}  {rate}"
