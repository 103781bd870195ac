"""Predicted against actual, for each run and over all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from awsml.decide.accuracy import Judged, Total, judged, left_out, totals
from awsml.render.runs import RunView
from awsml.render.table import Column, table, wrap
from awsml.store.run import Run
from awsml.units import counted, format_duration, format_usd


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Runs that can be judged with their figures, and why the others cannot, counted."""

    runs: Sequence[tuple[Run, Sequence[Judged]]]
    left_out: Counter[str]

    @classmethod
    def of(cls, views: Sequence[RunView]) -> Accuracy:
        told = [(v.run, judged(v.run, v.phases)) for v in views if not left_out(v.run)]
        why = Counter(reason for view in views if (reason := left_out(view.run)))
        return cls(told, why)

    @property
    def totals(self) -> list[Total]:
        return totals([rows for _, rows in self.runs])


def accuracy_text(found: Accuracy, width: int) -> str:
    """A block for each run, the totals, and what was left out."""
    parts = [_run_text(run, rows, width) for run, rows in found.runs]
    if found.runs:
        parts.append(_totals_text(found, width))
    else:
        parts.append("no run to hold a prediction against")
    told = [f"left out: {count} {reason}" for reason, count in found.left_out.items()]
    parts += ["\n".join(line for text in told for line in wrap(text, width))] if told else []
    return "\n\n".join(parts)


def accuracy_json(found: Accuracy) -> dict[str, Any]:
    return {
        "version": 1,
        "runs": [
            {
                "id": run.id,
                "name": run.name,
                "kind": run.kind,
                "figures": [_judged_json(row) for row in rows],
            }
            for run, rows in found.runs
        ],
        "totals": [
            {
                "what": total.what,
                "runs": total.runs,
                "median_error": round(total.median_error, 4),
                "bias": round(total.bias, 4),
                "inside": total.inside,
                "ranged": total.ranged,
            }
            for total in found.totals
        ],
        "left_out": dict(found.left_out),
    }


def _judged_json(row: Judged) -> dict[str, Any]:
    return {
        "what": row.what,
        "unit": row.unit,
        "low": row.low,
        "predicted": row.predicted,
        "high": row.high,
        "actual": row.actual,
        "error": round(row.error, 4),
        "inside": row.inside,
    }


def _run_text(run: Run, rows: Sequence[Judged], width: int) -> str:
    heads = (Column("", shrink=True), *(Column(n, right=True) for n in ("predicted", "actual")))
    cells = [
        (row.what, _amount(row.predicted, row), _amount(row.actual, row), *_verdict(row))
        for row in rows
    ]
    columns = [*heads, Column("error", right=True), Column("")]
    return f"{run.id}  {run.name}\n" + table(columns, cells, width, indent=2)


def _verdict(row: Judged) -> tuple[str, str]:
    beyond = {True: "in its range", False: "beyond its range", None: ""}[row.inside]
    return f"{row.error:+.0%}", beyond


def _totals_text(found: Accuracy, width: int) -> str:
    rows = [
        (
            total.what,
            str(total.runs),
            f"{total.median_error:.0%}",
            f"{total.bias:+.0%}",
            f"{total.inside} of {total.ranged}",
        )
        for total in found.totals
    ]
    heads = ("runs", "median error", "bias", "in range")
    columns = [Column("", shrink=True), *(Column(name, right=True) for name in heads)]
    count = len(found.runs)
    return f"in total, {counted(count, 'run')}\n" + table(columns, rows, width, 2)


def _amount(value: float, row: Judged) -> str:
    return format_usd(value) if row.unit == "USD" else format_duration(value)
