"""The search itself: keeps so many trials running, hears them, stops them, and ends in time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue

from awsml.backends.budget import Budget
from awsml.backends.local.control import Ask, Control
from awsml.backends.local.differences import differences, refuse_what_cannot_run
from awsml.backends.local.inside.order import Isolation
from awsml.backends.local.isolation import best_isolation
from awsml.backends.local.job import training_job
from awsml.backends.local.refs import REGION
from awsml.backends.local.terms import HERE, LocalTerms
from awsml.backends.local.tuning.ends import (
    End,
    end_reached,
    failure_of_all,
    why_no_objective,
)
from awsml.backends.local.tuning.job import TuningJob, tuning_job
from awsml.backends.local.tuning.standing import BY_USER, Entry, Standing, restored
from awsml.backends.local.tuning.strategy import differs, parents_of, stopping_of
from awsml.backends.local.tuning.supply import Supply
from awsml.backends.local.tuning.trial import Heard, Trial
from awsml.errors import AwsmlError
from awsml.events import (
    Event,
    Finished,
    MetricPoint,
    Note,
    PhaseChanged,
    Progress,
    Started,
    TrialChanged,
)
from awsml.search.trial import better
from awsml.store.run import Run, Status
from awsml.store.runs import RunStore

_TICK_SECONDS = 0.1


def run_tuning(
    store: RunStore, run: Run, terms: LocalTerms, control: Control, base: Path
) -> Iterator[Event]:
    """Carries out a run's CreateHyperParameterTuningJob, or goes on with it."""
    job = tuning_job(run.request("CreateHyperParameterTuningJob"))
    return LocalTuning(store, run, job, terms, control, base, store.clock).events()


class LocalTuning:
    """One tuning job, from its request to its best trial."""

    def __init__(
        self,
        store: RunStore,
        run: Run,
        job: TuningJob,
        terms: LocalTerms,
        control: Control,
        base: Path,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._run, self._job, self._control = store, run, job, control
        self._terms, self._base, self._clock = terms, base, clock
        self._budget = Budget.of(run.predicted)
        self._heard: SimpleQueue[Heard] = SimpleQueue()
        self._alive: dict[int, Trial] = {}
        self._cut_at: dict[int, float] = {}  # when a trial that was stopped early is killed
        self._standing = Standing(job)
        self._end: End | None = None
        self._began = clock()

    def events(self) -> Iterator[Event]:
        """The whole search. Errors end it as Failed and are raised again."""
        yield Started(self._run.id, HERE, self._job.name)
        try:
            yield from self._prepared()
            yield from self._searched()
        except AwsmlError as error:
            yield self._finished(End("Failed", error.message))
            raise
        finally:
            for trial in list(self._alive.values()):
                trial.ask(Ask.KILL)
                trial.join()

    def _prepared(self) -> Iterator[Event]:
        """What can be known before the first trial; what an earlier process did counts."""
        yield PhaseChanged("Starting", self._clock())
        job, store = self._job, self._store
        region = self._run.region or REGION
        sample = training_job(job.definitions[0].request(job.name, 0, {}), region)
        refuse_what_cannot_run(sample)
        isolation = self._isolated(job.parallel * len(sample.hosts))
        parents, notes = parents_of(job, store)
        self._stopping = stopping_of(job)
        self._standing, left = restored(job, store, self._run.id)
        self._supply = Supply(store, self._run, self._standing, left, parents)
        yield from differences(sample, isolation, self._terms)
        yield from notes
        yield from differs(job)

    def _isolated(self, at_once: int) -> Isolation:
        """The rung that the trials stand on; a link is for one, and each takes it for itself."""
        isolation = self._terms.isolation or best_isolation(self._store.folder, at_once)
        if isolation is not Isolation.SYMLINK:
            self._terms = replace(self._terms, isolation=isolation)
        return isolation

    def _searched(self) -> Iterator[Event]:
        yield PhaseChanged("Training", self._clock())
        # What an earlier process did took at least as long as its trials side by side.
        now = self._clock()
        self._began = now - self._standing.spent_seconds(now) / self._job.parallel
        while True:
            yield from self._started_more()
            if not self._alive:
                break
            yield from self._listened()
            self._cut()
            yield from self._ended_in_time()
        yield self._finished(self._end or failure_of_all(self._standing) or End("Completed", None))

    def _started_more(self) -> Iterator[Event]:
        """Never more than `parallel` alive; a trial that was left behind comes first."""
        while self._end is None and len(self._alive) < self._job.parallel:
            found = self._supply.next()
            if found is None:
                return
            entry, run = found
            trial = Trial(entry.number, run, self._store, self._terms, self._base, self._heard)
            self._alive[entry.number] = trial
            yield self._told(entry, "Starting")
            trial.start()

    def _listened(self) -> Iterator[Event]:
        """All that the trials said within a tick."""
        try:
            number, event = self._heard.get(timeout=_TICK_SECONDS)
        except Empty:
            return
        while True:
            yield from self._took(number, event)
            try:
                number, event = self._heard.get_nowait()
            except Empty:
                return

    def _took(self, number: int, event: Event | None) -> Iterator[Event]:
        entry = self._standing.entries[number]
        if event is None:
            self._alive.pop(number).join()
            if entry.status is None:
                yield from self._over(entry, Finished("Failed", _BROKE, self._clock()))
            return
        if isinstance(event, PhaseChanged):
            entry.started = entry.started or event.at
            yield self._told(entry, event.phase)
        elif isinstance(event, MetricPoint):
            yield from self._reported(entry, event)
        elif isinstance(event, Finished):
            yield from self._over(entry, event)

    def _reported(self, entry: Entry, point: MetricPoint) -> Iterator[Event]:
        """A value of the objective is one step of the trial; it may be the last."""
        if point.name != self._job.definition_of(entry.number).metric:
            return
        entry.reported.append(point.value)
        yield self._told(entry, "Training")
        if self._stopping is None or entry.stopped_by is not None:
            return
        rule, by = self._stopping
        if rule.stops(entry.number, entry.reported, self._standing.others(entry.number)):
            self._stop(entry, by)
            self._cut_at[entry.number] = self._clock() + self._terms.cut_seconds

    def _over(self, entry: Entry, end: Finished) -> Iterator[Event]:
        before = self._standing.best
        entry.status, entry.ended = end.status, end.at
        entry.reason = end.reason
        if entry.stopped_by is not None and entry.stopped_by != BY_USER:
            entry.reason = f"stopped early: {entry.stopped_by}"
            self._store.settle(entry.run, Status(end.status), entry.reason)
        if entry.objective is None and entry.stopped_by is None:
            said = [line.text for line in self._store.logs(entry.run, tail=200)]
            metric = self._job.definition_of(entry.number).metric
            entry.reason = why_no_objective(metric, end.status, end.reason, said)
        yield self._told(entry, end.status)
        done = len(self._standing.over)
        yield Progress("trials", done, self._job.trials, "trials")
        value, maximize = entry.objective, self._job.definitions[0].maximize
        if value is not None and better(value, before.objective if before else None, maximize):
            yield MetricPoint("best", value, end.at, entry.number)
        if entry.objective is None and entry.stopped_by is None:
            yield Note(f"trial {entry.number}: {entry.reason}", "warning")

    def _stop(self, entry: Entry, by: str, ask: Ask = Ask.STOP) -> None:
        """Who ended it is on disk before it is ended."""
        entry.stopped_by = entry.stopped_by or by
        self._store.add_figures(entry.run, {"stopped_by": entry.stopped_by})
        self._alive[entry.number].ask(ask)

    def _ended_in_time(self) -> Iterator[Event]:
        """Wishes of the user, the budget, and reasons to be content."""
        now, asked = self._clock(), self._control.asked()
        if asked is not None:
            status = "Interrupted" if asked is Ask.ABANDON else "Stopped"
            self._end = self._end if self._end and asked is Ask.STOP else End(status, _ASKED[asked])
            self._stop_all(BY_USER, asked)
        elif self._end is None:
            reached = end_reached(self._standing, self._budget, now - self._began, now)
            if reached is None:
                return
            self._end = reached
            yield Note(reached.reason or "", "info")
            if not self._alive:
                return
            self._stop_all(reached.by, Ask.STOP)

    def _cut(self) -> None:
        """Kills what did not heed the signal; the signal reaches no script in script mode."""
        now = self._clock()
        for number in [n for n, at in self._cut_at.items() if now >= at]:
            del self._cut_at[number]
            if number in self._alive:
                self._alive[number].ask(Ask.KILL)

    def _stop_all(self, by: str, ask: Ask) -> None:
        for number in list(self._alive):
            self._stop(self._standing.entries[number], by, ask)

    def _told(self, entry: Entry, status: str) -> TrialChanged:
        now = self._clock()
        seconds = entry.seconds(now)
        rate = self._budget.usd_per_hour
        return TrialChanged(
            number=entry.number,
            run=entry.run,
            status=status,
            setting=entry.setting,
            at=now,
            objective=entry.objective,
            best=self._standing.best is entry,
            seconds=seconds,
            usd=None if rate is None else seconds * rate / 3600,
            reason=entry.reason,
        )

    def _finished(self, end: End) -> Finished:
        now = self._clock()
        figures = self._standing.figures(now, self._budget.usd_per_hour)
        return Finished(end.status, end.reason, now, figures)


_BROKE = "awsml itself failed in this trial; supervisor.log of the search says how"

_ASKED = {
    Ask.STOP: "stopped by the user",
    Ask.KILL: "killed by the user",
    Ask.ABANDON: "the awsml process it was attached to is gone",
}
