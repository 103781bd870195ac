"""A search with all its trials, as data: rows, JSON, and the scenario that goes on from it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

from awsml.backends.local.tuning.job import Definition, tuning_job
from awsml.backends.local.tuning.standing import Entry, Standing, restored
from awsml.search.lessons import importances, next_ranges
from awsml.search.space import Dimension
from awsml.search.trial import Tried
from awsml.store.run import Run
from awsml.store.runs import RunStore


@dataclass(frozen=True, slots=True)
class SearchReport:
    """A search with all its trials, in the order in which they ended."""

    run: Run
    standing: Standing
    usd_per_hour: float | None
    now: float

    @classmethod
    def of(cls, store: RunStore, run: Run, now: float) -> SearchReport:
        job = tuning_job(run.request("CreateHyperParameterTuningJob"))
        standing, _ = restored(job, store, run.id)
        rate = run.predicted.get("search", {}).get("trial", {}).get("usd_per_hour_at_most")
        return cls(run, standing, rate, now)

    @property
    def definition(self) -> Definition:
        return self.standing.job.definitions[0]

    @property
    def ended(self) -> list[Entry]:
        return sorted(self.standing.over, key=lambda e: (e.ended or 0.0, e.number))

    @property
    def dimensions(self) -> list[Dimension]:
        """Of all definitions, each name once."""
        found: dict[str, Dimension] = {}
        for definition in self.standing.job.definitions:
            for dimension in definition.space.dimensions:
                found.setdefault(dimension.name, dimension)
        return list(found.values())

    def usd(self, entry: Entry) -> float | None:
        rate = self.usd_per_hour
        return None if rate is None else entry.seconds(self.now) * rate / 3600

    def tried(self) -> list[Tried]:
        return self.standing.history(self.definition)

    def next(self) -> dict[str, Dimension]:
        return next_ranges(self.definition.space, self.tried(), self.definition.maximize)


def report_csv(report: SearchReport) -> str:
    """One row a trial, in their own order."""
    names = [d.name for d in report.dimensions]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    head = ["trial", "run", "status", "objective", "steps", "seconds", "usd", "stopped_by"]
    writer.writerow([*head, *names])
    for number, entry in sorted(report.standing.entries.items()):
        usd = report.usd(entry)
        row = [
            number,
            entry.run,
            entry.status or "InProgress",
            entry.objective,
            len(entry.reported),
        ]
        row += [round(entry.seconds(report.now), 3), None if usd is None else round(usd, 6)]
        writer.writerow([*row, entry.stopped_by, *(entry.setting.get(name) for name in names)])
    return out.getvalue()


def report_json(report: SearchReport) -> dict[str, Any]:
    shares = importances(report.definition.space, report.tried())
    return {
        "version": 1,
        "run": report.run.id,
        "metric": report.definition.metric,
        "goal": "maximize" if report.definition.maximize else "minimize",
        **report.standing.figures(report.now, report.usd_per_hour),
        "importance": shares,
        "next": {name: _range(dimension) for name, dimension in report.next().items()},
        "trials_by_number": [
            {
                "trial": number,
                "run": entry.run,
                "status": entry.status,
                "objective": entry.objective,
                "setting": dict(entry.setting),
                "seconds": round(entry.seconds(report.now), 3),
                "stopped_by": entry.stopped_by,
            }
            for number, entry in sorted(report.standing.entries.items())
        ],
    }


def warm_start_scenario(report: SearchReport, base: str) -> dict[str, Any]:
    """A scenario that goes on from this search, in the ranges where it was good."""
    run = report.run
    parent = run.remote.get("name") or run.id
    return {
        "extends": base,
        "kind": "tuning",
        "name": f"{run.name}-next",
        "warm_start": {
            "parents": [parent],
            "type": "identical",
            "trials": len(report.standing.over),
        },
        "parameters": {name: _range(d) for name, d in report.next().items()},
    }


def _range(dimension: Dimension) -> dict[str, Any]:
    """As a scenario says it."""
    if dimension.choices:
        return {"choices": list(dimension.choices)}
    if dimension.integer:
        return {"low": int(dimension.low), "high": int(dimension.high)}
    return {"low": dimension.low, "high": dimension.high, "scale": dimension.scale}
