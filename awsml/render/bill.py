"""What a run on AWS was billed for, beside what was predicted, and what Spot saved."""

from __future__ import annotations

from awsml.render.table import Column, table
from awsml.store.predicted import billed_seconds
from awsml.store.run import Run
from awsml.units import format_duration, format_usd


def bill_text(run: Run, width: int) -> str:
    """Billable time and dollars; empty while AWS has not told them."""
    figures = run.figures
    billable = figures.get("billable_seconds")
    if billable is None:
        return ""
    derived = figures.get("usd_basis") not in (None, "listed", "documented")
    rows = [["billable", _predicted_time(run), format_duration(billable)]]
    if (usd := figures.get("usd")) is not None:
        rows.append(["cost", _predicted_cost(run), f"{'~' if derived else ''}{format_usd(usd)}"])
    if saved := figures.get("saved_seconds"):
        share = saved / (saved + billable)
        dollars = f"{format_usd(figures['saved_usd'])}, " if "saved_usd" in figures else ""
        rows.append(["saved by Spot", "", f"{dollars}{share:.0%}"])
    heads = [Column(""), Column("predicted", right=True), Column("actual", right=True)]
    return table(heads, rows, width, indent=2)


def _predicted_time(run: Run) -> str:
    """Billed phases together, as the plan expected them; of all machines."""
    bounds = billed_seconds(run.predicted.get("time", {}))
    if bounds is None or bounds[1] is None:
        return ""
    return format_duration(bounds[1] * int(run.figures.get("instances", 1)))


def _predicted_cost(run: Run) -> str:
    expected = run.predicted.get("cost", {}).get("expected")
    return "" if expected is None else format_usd(expected)
