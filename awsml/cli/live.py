"""Events as they come: plain lines, and on a terminal a status line below them."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from typing import Protocol, TextIO

from awsml.cli.output import Style
from awsml.events import (
    Event,
    Finished,
    LogLine,
    MetricPoint,
    Note,
    PhaseChanged,
    Progress,
    Started,
)
from awsml.render.cells import visible
from awsml.render.table import wrap
from awsml.units import format_bytes, format_duration

_REDRAW_SECONDS = 0.1
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")  # of the job's own output


class View(Protocol):
    """Shows a run while it goes on."""

    def show(self, event: Event) -> None: ...

    def close(self) -> None: ...


class PlainView:
    """One line for each thing worth keeping."""

    def __init__(self, stream: TextIO, style: Style) -> None:
        self._stream = stream
        self._style = style

    def show(self, event: Event) -> None:
        text = self.line(event)
        if text is not None:
            self._stream.write(text + "\n")
            self._stream.flush()

    def close(self) -> None:
        """Nothing is left on the screen."""

    def line(self, event: Event) -> str | None:
        paint = self._style.paint
        if isinstance(event, Started):
            return f"run {event.run}"
        if isinstance(event, PhaseChanged):
            detail = f"  {event.detail}" if event.detail else ""
            return paint(
                f"{_of_day(event.at)} {_subject(event.subject)}{event.phase}{detail}", bold=True
            )
        if isinstance(event, LogLine):
            return f"{paint(event.stream, dim=True)}  {visible(_COLOURS.sub('', event.text))}"
        if isinstance(event, Note):
            return self._note(event)
        return None

    def _note(self, note: Note) -> str:
        label, colour = {
            "warning": ("warning", "yellow"),
            "differs": ("on AWS", "cyan"),
        }.get(note.level, ("note", "blue"))
        # In a log it stays on one line, where a search finds it.
        width = self._style.width - 2 if self._stream.isatty() else sys.maxsize
        first, *rest = wrap(f"{label}: {note.text}", width)
        lines = [self._style.paint(label, fg=colour) + first[len(label) :]]
        return "\n".join([*lines, *(f"  {line}" for line in rest)])


class TerminalView:
    """The same lines above a status line: phase, elapsed, rate, latest metrics."""

    def __init__(
        self, stream: TextIO, style: Style, clock: Callable[[], float] = time.time
    ) -> None:
        self._stream, self._style, self._clock = stream, style, clock
        self._lines = PlainView(stream, style)
        self._phase = ""
        self._since = clock()
        self._metrics: dict[str, tuple[float, int]] = {}
        self._progress: Progress | None = None
        self._drawn = 0.0

    def show(self, event: Event) -> None:
        line = self._lines.line(event)
        if line is not None:
            self._stream.write(f"\r\x1b[K{line}\n")
            self._drawn = 0.0
        self._remember(event)
        if self._clock() - self._drawn >= _REDRAW_SECONDS:
            self._draw()

    def close(self) -> None:
        self._stream.write("\r\x1b[K")
        self._stream.flush()

    def _remember(self, event: Event) -> None:
        if isinstance(event, PhaseChanged) and event.subject is None:
            self._phase, self._since, self._progress = event.phase, event.at, None
        elif isinstance(event, MetricPoint):
            _, count = self._metrics.get(event.name, (0.0, 0))
            self._metrics[event.name] = (event.value, count + 1)
        elif isinstance(event, Progress):
            self._progress = event
        elif isinstance(event, Finished) and event.subject is None:
            self._phase = event.status

    def _draw(self) -> None:
        self._drawn = self._clock()
        text = self._status(self._drawn - self._since)[: self._style.width - 1]
        self._stream.write(f"\r\x1b[K{self._style.paint(text, dim=True)}")
        self._stream.flush()

    def _status(self, seconds: float) -> str:
        parts = [f"{self._phase} {format_duration(round(seconds))}"]
        if self._progress is not None:
            parts.append(_progress_text(self._progress, seconds))
        for name, (value, _) in self._metrics.items():
            parts.append(f"{name} {value:.4g}")
        points = max((count for _, count in self._metrics.values()), default=0)
        if points and seconds > 1 and self._phase == "Training":
            parts.append(f"{points / seconds:.2g} points/s")
        return "  ".join(parts)


def _progress_text(progress: Progress, seconds: float) -> str:
    if progress.unit != "B":
        total = f"/{progress.total:g}" if progress.total else ""
        return f"{progress.what} {progress.done:g}{total} {progress.unit}"
    rate = f" {format_bytes(progress.done / seconds)}/s" if seconds > 1 else ""
    return f"{progress.what} {format_bytes(progress.done)}{rate}"


def _subject(subject: str | None) -> str:
    return f"{subject} " if subject else ""


def _of_day(at: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at))
