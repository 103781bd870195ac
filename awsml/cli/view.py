"""How a run is shown while it goes on: by its kind, and by where it is shown."""

from __future__ import annotations

from typing import TextIO

from awsml.cli.live import PlainView, TerminalView, View
from awsml.cli.output import Style


def view_of(stream: TextIO, style: Style, kind: str = "training") -> View:
    if kind == "tuning":
        from awsml.cli.live_search import search_view_of  # its table is for searches alone

        return search_view_of(stream, style)
    return TerminalView(stream, style) if stream.isatty() else PlainView(stream, style)
