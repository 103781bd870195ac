"""A search while it goes on: one line a trial, and on a terminal a table below them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TextIO

from awsml.cli.live import PlainView, View
from awsml.cli.output import Style
from awsml.events import Event, PhaseChanged, Progress, TrialChanged
from awsml.readers.reasons import brief
from awsml.render.cells import visible
from awsml.render.search import setting_text
from awsml.units import format_duration, format_usd

_REDRAW_SECONDS = 0.2
_OVER = frozenset({"Completed", "Failed", "Stopped", "Interrupted"})
_MOST_ROWS = 12
_HEADINGS = ("trial", "status", "objective", "time", "cost", "setting")
_GIVE_WAY = (4, 3)  # cost, time


def search_view_of(stream: TextIO, style: Style) -> View:
    return SearchTable(stream, style) if stream.isatty() else SearchLines(stream, style)


class SearchLines:
    """A line when a trial starts and when it is over."""

    def __init__(self, stream: TextIO, style: Style) -> None:
        self._stream, self._style = stream, style
        self._lines = PlainView(stream, style)

    def show(self, event: Event) -> None:
        text = self.line(event)
        if text is not None:
            self._stream.write(text + "\n")
            self._stream.flush()

    def close(self) -> None:
        """Nothing is left on the screen."""

    def line(self, event: Event) -> str | None:
        if not isinstance(event, TrialChanged):
            return self._lines.line(event)
        if event.status == "Starting" and event.seconds == 0:
            return f"trial {event.number}  started  {_setting(event)}"
        if event.status not in _OVER:
            return None
        best = self._style.paint("  best so far", fg="green") if event.best else ""
        # Of a trial here without a result a warning follows, which says why.
        silent = event.objective is None and event.subject is None
        reason = "" if silent or not event.reason else f"  ({visible(brief(event.reason))})"
        spent = f"{format_duration(event.seconds)}{_dollars(event)}"
        return f"trial {event.number}  {event.status}  {_objective(event)}  {spent}{best}{reason}"


class SearchTable:
    """The same lines above a table: trials that run, the last ones that ended, the best one."""

    def __init__(
        self, stream: TextIO, style: Style, clock: Callable[[], float] = time.time
    ) -> None:
        self._stream, self._style, self._clock = stream, style, clock
        self._lines = SearchLines(stream, style)
        self._trials: dict[int, TrialChanged] = {}
        self._progress: Progress | None = None
        self._phase, self._since = "", clock()
        self._height = 0
        self._drawn = 0.0

    def show(self, event: Event) -> None:
        if isinstance(event, TrialChanged):
            self._trials[event.number] = event
            if event.status == "Failed" and event.subject is not None:
                self._write(self._lines.line(event))  # on AWS nothing else says why
        elif isinstance(event, Progress):
            self._progress = event
        else:
            if isinstance(event, PhaseChanged):
                self._phase, self._since = event.phase, event.at
            self._write(self._lines.line(event))
        if self._clock() - self._drawn >= _REDRAW_SECONDS:
            self._draw()

    def _write(self, line: str | None) -> None:
        """Above the table, which is drawn anew."""
        if line is not None:
            self._erase()
            self._stream.write(f"{line}\n")
            self._drawn = 0.0

    def close(self) -> None:
        """The last table stays, as the result of the search."""
        self._draw()
        self._height = 0

    def rows(self) -> list[str]:
        """The table as text: what runs first, then what ended last."""
        alive = [t for t in self._trials.values() if t.status not in _OVER]
        over = [t for t in self._trials.values() if t.status in _OVER]
        shown = [*alive, *sorted(over, key=lambda t: -t.at)][:_MOST_ROWS]
        rows = [_HEADINGS, *(self._cells(t) for t in sorted(shown, key=lambda t: t.number))]
        return [*_aligned(rows, self._style.width - 1), self._status()]

    def _cells(self, trial: TrialChanged) -> tuple[str, ...]:
        seconds = trial.seconds if trial.status in _OVER else self._running(trial)
        return (
            f"{trial.number:>5}{'*' if trial is self._best() else ' '}",
            trial.status,
            "" if trial.objective is None else f"{trial.objective:.6g}",
            format_duration(round(seconds, 1 if seconds < 10 else 0)),
            "" if trial.usd is None else _cents(trial.usd),
            setting_text(trial.setting),
        )

    def _best(self) -> TrialChanged | None:
        """The last trial that was said to be the best when it ended."""
        best = [t for t in self._trials.values() if t.best and t.status in _OVER]
        return max(best, key=lambda t: t.at, default=None)

    def _running(self, trial: TrialChanged) -> float:
        return trial.seconds + max(0.0, self._clock() - trial.at)

    def _status(self) -> str:
        parts = [f"{self._phase} {format_duration(round(self._clock() - self._since))}"]
        if self._progress is not None:
            total = f" of {self._progress.total:g}" if self._progress.total else ""
            parts.append(f"{self._progress.done:g}{total} trials over")
        best = self._best()
        if best is not None and best.objective is not None:
            parts.append(f"best {best.objective:.6g} (trial {best.number})")
        spent = [t.usd for t in self._trials.values() if t.usd is not None]
        if spent:
            parts.append(f"{format_usd(sum(spent))} planned")
        return "  ".join(parts)

    def _draw(self) -> None:
        self._erase()
        self._drawn = self._clock()
        rows = [row[: self._style.width - 1] for row in self.rows()]
        self._stream.write("".join(f"{row}\n" for row in rows))
        self._stream.flush()
        self._height = len(rows)

    def _erase(self) -> None:
        if self._height:
            self._stream.write(f"\x1b[{self._height}A\x1b[J")
            self._height = 0


def _setting(trial: TrialChanged) -> str:
    return visible("  ".join(f"{name}={value}" for name, value in trial.setting.items()))


def _aligned(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Columns as wide as what stands in them; where the settings would be cut, cost and then time
    give way, which the lines of the trials tell as well."""
    kept = list(range(len(_HEADINGS)))
    for dropped in (None, *_GIVE_WAY):
        kept = [column for column in kept if column != dropped]
        lines = _lined([[row[column] for column in kept] for row in rows])
        if max(map(len, lines)) <= width:
            return lines
    return lines


def _lined(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [
                f"{row[0]:<{widths[0]}} {row[1]:<{widths[1]}}",
                *(f"{cell:>{wide}}" for cell, wide in zip(row[2:-1], widths[2:-1], strict=True)),
                row[-1],
            ]
        )
        for row in rows
    ]


def _cents(usd: float) -> str:
    return "<$0.01" if 0 < usd < 0.01 else format_usd(usd)


def _objective(trial: TrialChanged) -> str:
    return "no objective" if trial.objective is None else f"{trial.objective:.6g}"


def _dollars(trial: TrialChanged) -> str:
    return "" if trial.usd is None else f" {format_usd(trial.usd)}"
