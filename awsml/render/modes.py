"""The comparison of input modes in a plan: one line a mode."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from awsml.basis import Estimate
from awsml.render.table import Column, indented, table
from awsml.report import TimeLine
from awsml.units import format_duration, format_usd

MODE_HEADINGS = ("mode", "copy", "starts after", "billed", "dollars")


def modes_section(time: TimeLine, width: int) -> str:
    """What every S3 channel in one mode would mean; nothing for a job without one."""
    if not time.by_input_mode:
        return ""
    rows = mode_rows(time)
    columns = [Column(name, right=i > 0) for i, name in enumerate(MODE_HEADINGS)]
    heading = "by input mode, at on-demand prices (awsml advise says which and why)"
    return "\n".join(indented(heading, width, 0)) + "\n" + table(columns, rows, width, indent=2)


def mode_rows(time: TimeLine) -> list[tuple[str, ...]]:
    return [
        (
            mode,
            _told(figures, "download_seconds", format_duration),
            _told(figures, "start_seconds", format_duration),
            _told(figures, "billed_seconds", format_duration),
            _told(figures, "usd", format_usd),
        )
        for mode, figures in time.by_input_mode.items()
    ]


def _told(figures: Mapping[str, Estimate], name: str, form: Callable[[float], str]) -> str:
    expected = figures[name].expected
    return "unknown" if expected is None else form(expected)
