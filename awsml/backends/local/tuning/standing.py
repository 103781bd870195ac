"""How a search stands: every trial with its setting, series and end; the best of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from awsml.backends.local.tuning.job import Definition, TuningJob
from awsml.search.trial import LABEL, Tried, better
from awsml.store.run import Run, Status
from awsml.store.runs import RunStore

BY_USER = "user"


@dataclass
class Entry:
    """One trial. `stopped_by` says who ended it early: median, hyperband, budget, user..."""

    number: int
    run: str
    setting: Mapping[str, str]
    reported: list[float] = field(default_factory=list)
    status: str | None = None  # None while it runs
    reason: str | None = None
    started: float | None = None
    ended: float | None = None
    stopped_by: str | None = None
    seconds_before: float = 0.0  # in attempts that a killed process left behind

    @property
    def objective(self) -> float | None:
        """What AWS takes as the result: the last value that was reported."""
        return self.reported[-1] if self.reported else None

    def seconds(self, now: float) -> float:
        last = 0.0 if self.started is None else (self.ended or now) - self.started
        return self.seconds_before + last

    def begin_again(self, seconds_before: float, *, kept: bool) -> None:
        """After its process was killed; `kept` says whether it goes on from a checkpoint."""
        self.seconds_before = seconds_before
        self.status = self.reason = self.stopped_by = self.started = self.ended = None
        if not kept:
            self.reported.clear()

    def tried(self) -> Tried:
        return Tried(self.setting, self.objective, running=self.status is None)


@dataclass
class Standing:
    """All trials of one search, by number."""

    job: TuningJob
    entries: dict[int, Entry] = field(default_factory=dict)

    @property
    def over(self) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.status is not None]

    @property
    def best(self) -> Entry | None:
        """Among trials that are over, by the goal of the first definition."""
        found: Entry | None = None
        for entry in self.over:
            value = entry.objective
            than = found.objective if found else None
            if value is not None and better(value, than, self.job.definitions[0].maximize):
                found = entry
        return found

    def next_number(self) -> int:
        return max(self.entries, default=0) + 1

    def history(self, definition: Definition) -> list[Tried]:
        """What the search of one definition knows."""
        return [
            entry.tried()
            for number, entry in sorted(self.entries.items())
            if self.job.definition_of(number) is definition
        ]

    def others(self, number: int) -> Iterator[list[float]]:
        """Series of the other trials that are judged by the same metric."""
        same = self.job.definition_of(number)
        for entry in self.entries.values():
            if entry.number != number and self.job.definition_of(entry.number) is same:
                yield entry.reported

    def spent_seconds(self, now: float) -> float:
        return sum(entry.seconds(now) for entry in self.entries.values())

    def without_gain(self) -> int:
        """Trials that ended after the best one did."""
        best = self.best
        if best is None or best.ended is None:
            return 0
        return sum(1 for entry in self.over if (entry.ended or 0.0) > best.ended)

    def figures(self, now: float, usd_per_hour: float | None) -> dict[str, Any]:
        """What the search came to."""
        best, over = self.best, self.over
        counts = {
            "trials": len(over),
            "completed": sum(e.status == Status.COMPLETED and bool(e.reported) for e in over),
            "stopped_early": sum(e.stopped_by in ("median", "hyperband") for e in over),
            "failed": sum(e.status == Status.FAILED for e in over),
            "without_objective": sum(not e.reported for e in over),
        }
        seconds = self.spent_seconds(now)
        spent = {"trial_seconds": round(seconds, 3)}
        if usd_per_hour is not None:
            spent["planned_usd"] = round(seconds * usd_per_hour / 3600, 6)
        if best is None:
            return {**counts, **spent}
        found = {"run": best.run, "objective": best.objective, "setting": dict(best.setting)}
        return {**counts, **spent, "best": {"trial": best.number, **found}}


def restored(job: TuningJob, store: RunStore, run_id: str) -> tuple[Standing, list[Run]]:
    """The trials that an earlier process ended, and those that it left to be gone on with."""
    standing, left = Standing(job), []
    for child in store.children(run_id):
        if child.label is None or not child.label.startswith(LABEL):
            continue
        number = number_of(child)
        stopped_by = child.figures.get("stopped_by")
        entry = entry_of(child, job.definition_of(number), store)
        standing.entries[number] = entry
        by_user = stopped_by == BY_USER and child.status is not Status.COMPLETED
        if child.status is Status.INTERRUPTED or not child.over or by_user:
            left.append(child)
    return standing, left


def number_of(run: Run) -> int:
    return int((run.label or "").removeprefix(LABEL))


def entry_of(run: Run, definition: Definition, store: RunStore) -> Entry:
    """A trial as the store holds it."""
    request = run.request("CreateTrainingJob")
    sent = request.get("HyperParameters", {})
    names = [d.name for d in definition.space.dimensions]
    began = _last_start(run, store)
    points = store.series(run.id, definition.metric)
    kept = "CheckpointConfig" in request or began is None
    series = [point.value for point in points if kept or point.at >= (began or 0.0)]
    return Entry(
        number=number_of(run),
        run=run.id,
        setting={name: sent[name] for name in names if name in sent},
        reported=series,
        status=run.status.value if run.over else None,
        reason=run.reason,
        started=began if began is not None else run.started,
        ended=run.ended,
        stopped_by=run.figures.get("stopped_by"),
        seconds_before=run.figures.get("seconds_before", 0.0),
    )


def seconds_until_killed(run: Run, store: RunStore) -> float:
    """Of the last attempt, to its last sign of life: nobody saw when it was killed."""
    began = _last_start(run, store)
    if began is None:
        return 0.0
    signs = [line.at for line in store.logs(run.id, tail=1)]
    signs += [phase.started for phase in store.phases(run.id)]
    return max(0.0, max(signs) - began)


def _last_start(run: Run, store: RunStore) -> float | None:
    """None for a trial that is not this machine's."""
    starts = [phase.started for phase in store.phases(run.id) if phase.name == "Starting"]
    return starts[-1] if starts else None
