"""The jobs of a batch run: counts by state, what failed, attempts of the first few."""

from __future__ import annotations

from typing import Any

from awsml.backends.local.batch.queue import AttemptRow, Standing
from awsml.render.table import Column, table
from awsml.units import format_duration

_STATES = ("SUBMITTED", "RUNNABLE", "RUNNING", "SUCCEEDED", "FAILED")


def jobs_text(jobs: Standing, width: int) -> str:
    """One line a job or array; then the attempts, and the failures of many jobs."""
    states = [s for s in _STATES if any(s in counts for counts in jobs.counts.values())]
    columns = [Column("job"), *(Column(state, right=True) for state in states)]
    rows = [
        [label, *(str(counts.get(state, 0)) for state in states)]
        for label, counts in jobs.counts.items()
    ]
    parts = [table(columns, rows, width, indent=2)] if rows else []
    total = sum(sum(counts.values()) for counts in jobs.counts.values())
    if total == 1 and len(jobs.attempts) > 1:
        parts.append(_attempts(jobs, width))
    elif total > 1 and jobs.failed:
        shown = [
            (row.key, str(row.attempts), _code(row.exit_code), row.reason or "")
            for row in jobs.failed
        ]
        failed = (Column("failed"), Column("attempts"), Column("code"), Column("why", shrink=True))
        parts.append(table(failed, shown, width, indent=2))
    return "\n\n".join(parts)


def jobs_json(jobs: Standing) -> dict[str, Any]:
    return {
        "counts": jobs.counts,
        "failed": [
            {"job": r.key, "attempts": r.attempts, "exit_code": r.exit_code, "reason": r.reason}
            for r in jobs.failed
        ],
        "attempts": [
            {
                "job": a.key,
                "attempt": a.number,
                "seconds": _seconds(a),
                "exit_code": a.exit_code,
                "status_reason": a.status_reason,
                "reason": a.reason,
            }
            for a in jobs.attempts
        ],
    }


def _attempts(jobs: Standing, width: int) -> str:
    rows = [
        (
            str(one.number),
            "" if (took := _seconds(one)) is None else format_duration(took),
            _code(one.exit_code),
            one.reason or one.status_reason or "",
        )
        for one in jobs.attempts
    ]
    columns = (Column("attempt"), Column("took"), Column("code"), Column("ended", shrink=True))
    return table(columns, rows, width, indent=2)


def _seconds(attempt: AttemptRow) -> float | None:
    return None if attempt.stopped is None else round(attempt.stopped - attempt.started, 3)


def _code(code: int | None) -> str:
    return "" if code is None else str(code)
