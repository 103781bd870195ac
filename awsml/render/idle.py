"""Endpoints on AWS with what they cost and when they were last called."""

from __future__ import annotations

import time
from collections.abc import Sequence

from awsml.backends.aws.idle import IdleEndpoint
from awsml.render.table import Column, table
from awsml.units import counted, format_usd


def idle_text(rows: Sequence[IdleEndpoint], looked_at: int, days: int, width: int) -> str:
    if not rows:
        return f"none of {counted(looked_at, 'endpoint')} has been idle for {counted(days, 'day')}"
    columns = (
        Column("endpoint"),
        Column("a month", right=True),
        Column("owner"),
        Column("last call"),
        Column("instances", shrink=True),
    )
    cells = [_cells(row, days) for row in rows]
    total = sum(row.usd_per_month or 0.0 for row in rows if row.idle)
    told = f"idle endpoints cost {format_usd(total)} a month"
    return f"{table(columns, cells, width)}\n\n{told}"


def _cells(row: IdleEndpoint, days: int) -> tuple[str, ...]:
    usd = "unknown" if row.usd_per_month is None else format_usd(row.usd_per_month)
    if row.last is not None:
        when = time.strftime("%Y-%m-%d %H:%M", time.gmtime(row.last))
    else:
        when = f"none in {counted(days, 'day')}" if row.idle else row.told
    machines = ", ".join(f"{count} x {kind}" for kind, count in row.instances.items())
    return row.name, usd, row.owner or "unknown", when, machines or "none"
