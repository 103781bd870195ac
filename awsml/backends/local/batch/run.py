"""SubmitJob on this machine: drives the queue of a run until every job has ended."""

from __future__ import annotations

import selectors
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from awsml.backends.local.batch.attempt import GRACE_SECONDS, Attempt
from awsml.backends.local.batch.graph import Graph
from awsml.backends.local.batch.jobs import JobSpec, job_specs, left_out, require_source
from awsml.backends.local.batch.process import AttemptProcess, Guard
from awsml.backends.local.batch.queue import FOLDER, AttemptRow, JobQueue
from awsml.backends.local.batch.reclaim import Reclaims
from awsml.backends.local.batch.slots import Slots
from awsml.backends.local.batch.surroundings import Surroundings
from awsml.backends.local.control import Ask, Control
from awsml.backends.local.interrupts import NOTICE_SECONDS
from awsml.backends.local.machine import gpus_here, usable_cores
from awsml.backends.local.python import chosen_python
from awsml.backends.local.terms import HERE, LocalTerms, Workplace
from awsml.events import Event, Finished, LogLine, Note, PhaseChanged, Progress, Started
from awsml.retries import DEPENDENCY, NOT_STARTED, TERMINATED, Outcome, retried
from awsml.store.run import Run
from awsml.store.runs import RunStore
from awsml.units import counted

_LOOK_SECONDS = 0.05  # without a sign of life of any attempt
_ASK_SECONDS = 0.1
_TOLD_ONE_BY_ONE = 20  # jobs; of more only the count is told


def run_batch(
    store: RunStore, run: Run, terms: LocalTerms, control: Control, base: Path
) -> Iterator[Event]:
    """Carries out a run's SubmitJob calls."""
    require_source(run.requests)
    folder = store.folder_of(run.id) / FOLDER
    python = chosen_python(terms.python, base)
    queue, guard = JobQueue(folder), Guard()
    try:
        work = LocalBatch(run, terms, control, queue, guard, folder, python, store.clock)
        yield from work.events()
    finally:
        guard.close()
        queue.close()


class LocalBatch:
    """All jobs of one run."""

    def __init__(
        self,
        run: Run,
        terms: LocalTerms,
        control: Control,
        queue: JobQueue,
        guard: Guard,
        folder: Path,
        python: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._run, self._control, self._clock = run, control, clock
        self._queue, self._guard = queue, guard
        self._specs = job_specs(run.requests)
        self._spec_of = {spec.label: spec for spec in self._specs}
        state = folder.parents[2]
        self._around = Surroundings(folder, Workplace(state), terms.environ, python)
        self._reclaims = Reclaims(terms.interrupt, terms.expected_seconds)
        self._graph = Graph(self._specs)
        self._slots = Slots(usable_cores(), gpus_here())
        self._selector = selectors.DefaultSelector()
        self._running: dict[str, Attempt] = {}
        self._ready: deque[str] = deque()
        self._numbers: dict[str, int] = {}
        self._ended: dict[str, str] = {}
        self._running_seconds = 0.0
        self._last_code: int | None = None
        self._stop: Ask | None = None
        self._asked_at = 0.0
        self._reclaimed = 0
        self._last_reason: str | None = None

    @property
    def _total(self) -> int:
        return sum(len(spec.keys) for spec in self._specs)

    def events(self) -> Iterator[Event]:
        yield Started(self._run.id, HERE, self._run.name)
        yield from self._differences()
        self._load()
        yield PhaseChanged("Runnable", self._clock())
        while len(self._ended) < self._total:
            self._ask()
            yield from self._start_ready()
            yield from self._listen()
        if self._reclaims.left:
            yield Note("the jobs ended before the reclaim that was asked for", "warning")
        yield self._finished()

    def _differences(self) -> Iterator[Event]:
        gpus = max((spec.gpus for spec in self._specs), default=0)
        if gpus > self._slots.gpus:
            got = f"the job gets {counted(gpus, 'GPU')}"
            here = f"this machine has {self._slots.gpus or 'none'}, so here it runs without"
            yield Note(f"{got}; {here}", "differs")
        for name in dict.fromkeys(m for spec in self._specs for m in self._around.missing(spec)):
            yield Note(f"{name} has its value only on AWS", "differs")
        for job in left_out(self._run.requests):
            yield Note(f"nothing waits for job {job} here", "differs")

    def _load(self) -> None:
        """A new queue, or what a killed driver left: whatever had not ended begins anew."""
        for spec in self._specs:
            keys = spec.keys
            indexes: list[int | None] = list(range(len(keys))) if spec.size else [None]
            rows = [(key, spec.label, n) for key, n in zip(keys, indexes, strict=True)]
            self._queue.add(rows, "SUBMITTED")
        self._queue.restart()
        done = [row.key for row in self._queue.rows() if row.state == "SUCCEEDED"]
        for key in done:
            self._ended[key] = "SUCCEEDED"
            self._graph.succeeded(key)
        self._ready.extend(key for key in self._graph.ready() if key not in self._ended)

    def _ask(self) -> None:
        """What the user wants by now; asked ten times a second."""
        now = self._clock()
        if now - self._asked_at < _ASK_SECONDS:
            return
        self._asked_at = now
        asked = self._control.asked()
        if asked is None or asked == self._stop:
            return
        self._stop = asked
        grace = GRACE_SECONDS if asked is Ask.STOP else 0.0
        for attempt in self._running.values():
            attempt.end(TERMINATED, now, grace)
        for key in self._unstarted():
            self._end(key, "FAILED", TERMINATED)

    def _unstarted(self) -> list[str]:
        keys = [key for spec in self._specs for key in spec.keys]
        self._ready.clear()
        return [key for key in keys if key not in self._running and key not in self._ended]

    def _start_ready(self) -> Iterator[Event]:
        while self._ready:
            spec = self._spec_of[self._ready[0].partition(":")[0]]
            gpus = self._slots.take(spec)
            if gpus is None:
                return
            yield from self._start(self._ready.popleft(), spec, gpus)

    def _start(self, key: str, spec: JobSpec, gpus: tuple[int, ...]) -> Iterator[Event]:
        number = self._numbers.get(key, 0) + 1
        self._numbers[key] = number
        now = self._clock()
        self._queue.start(key, number, now)
        work = self._around.workplace(key, number)
        variables = self._around.variables(spec, key, number, work, gpus)
        try:
            process = AttemptProcess(spec.command, variables, work)
        except OSError as error:
            self._slots.give_back(spec, gpus)
            reason = f"CannotStartContainerError: {error.strerror}: {error.filename}"
            yield from self._settle(key, spec, number, now, Outcome(None, NOT_STARTED, reason))
            return
        self._guard.knows(process.pid)
        attempt = Attempt(key, spec, number, process, work, gpus, now)
        self._running[key] = attempt
        self._selector.register(process.output, selectors.EVENT_READ, attempt)
        if process.exits is not None:
            self._selector.register(process.exits, selectors.EVENT_READ, attempt)
        if self._total <= _TOLD_ONE_BY_ONE:
            yield PhaseChanged("Running", now, f"{self._shown(key)}attempt {number}")

    def _listen(self) -> Iterator[Event]:
        """Output as it comes; an attempt whose output has ended has mostly ended itself."""
        for chosen, _ in self._selector.select(_LOOK_SECONDS if self._running else 0):
            yield from self._told(chosen.data)
        now = self._clock()
        for attempt in list(self._running.values()):
            attempt.look(now)
            code = attempt.process.poll()
            if code is not None:
                yield from self._over(attempt, code)
            elif self._reclaims.due(now - attempt.started) and attempt.ending is None:
                yield from self._strike(now)

    def _told(self, attempt: Attempt, *, last: bool = False) -> Iterator[Event]:
        now = self._clock()
        lines = attempt.process.lines(last=last)
        if attempt.process.silent and attempt.process.output in self._selector.get_map():
            self._selector.unregister(attempt.process.output)
        for line in lines:
            yield LogLine(attempt.key, line, now)
            if attempt.ending is None and not last and self._reclaims.heard(line):
                yield from self._strike(now)

    def _strike(self, now: float) -> Iterator[Event]:
        """The host of all running attempts is reclaimed."""
        self._reclaims.struck()
        self._reclaimed += 1
        notice = NOTICE_SECONDS if self._reclaims.warned else 0.0
        host = f"local{self._reclaimed:04d}"
        for attempt in self._running.values():
            attempt.reclaim(host, now, notice)
        told = "SIGTERM, then 120 s" if notice else "no notice"
        yield Note(f"the Spot host is reclaimed ({told}), with all attempts on it")

    def _over(self, attempt: Attempt, code: int) -> Iterator[Event]:
        yield from self._told(attempt, last=True)
        for descriptor in (attempt.process.output, attempt.process.exits):
            if descriptor is not None and descriptor in self._selector.get_map():
                self._selector.unregister(descriptor)
        attempt.process.close()
        self._guard.forgets(attempt.process.pid)
        del self._running[attempt.key]
        self._slots.give_back(attempt.spec, attempt.gpus)
        outcome = attempt.outcome(code)
        if outcome.succeeded:
            shutil.rmtree(attempt.folder, ignore_errors=True)
        yield from self._settle(attempt.key, attempt.spec, attempt.number, attempt.started, outcome)

    def _settle(
        self, key: str, spec: JobSpec, number: int, started: float, outcome: Outcome
    ) -> Iterator[Event]:
        """Succeeded, tried again, or failed with all that waits for it."""
        now = self._clock()
        self._running_seconds += now - started
        again = not (outcome.succeeded or outcome.final or self._stop is not None)
        again = again and number < spec.attempts and retried(outcome, spec.rules)
        state = "SUCCEEDED" if outcome.succeeded else "RUNNABLE" if again else "FAILED"
        row = AttemptRow(
            key, number, started, now, outcome.exit_code, outcome.status_reason, outcome.reason
        )
        self._queue.end(row, state)
        if again:
            self._ready.appendleft(key)  # a retried job goes to the front of the queue
            reason = (outcome.reason or outcome.status_reason).rstrip(".")
            yield PhaseChanged("Runnable", now, f"{self._shown(key)}{reason}; trying again")
            return
        self._last_code = outcome.exit_code
        yield from self._ended_as(key, state, outcome)

    def _ended_as(self, key: str, state: str, outcome: Outcome) -> Iterator[Event]:
        self._ended[key] = state
        if state == "SUCCEEDED":
            self._ready.extend(k for k in self._graph.succeeded(key) if k not in self._ended)
        else:
            why = outcome.reason or outcome.status_reason
            code = "" if outcome.exit_code is None else f", exit code {outcome.exit_code}"
            self._last_reason = f"{self._shown(key)}{why}{code}"
            for follower in self._graph.failed(key):
                if follower not in self._ended:
                    self._end(follower, "FAILED", DEPENDENCY)
        if self._total <= _TOLD_ONE_BY_ONE:
            yield PhaseChanged(state.capitalize(), self._clock(), self._shown(key).rstrip(": "))
        yield Progress("jobs", len(self._ended), self._total, "jobs")

    def _end(self, key: str, state: str, reason: str) -> None:
        self._ended[key] = state
        self._queue.enter(key, state, reason)
        self._last_reason = self._last_reason or reason

    def _shown(self, key: str) -> str:
        """Nothing where there is only one job."""
        return "" if self._total == 1 else f"{key}: "

    def _finished(self) -> Finished:
        counts = dict.fromkeys(("SUCCEEDED", "FAILED"), 0)
        for state in self._ended.values():
            counts[state] += 1
        figures: dict[str, Any] = {
            "jobs": counts,
            "attempts": sum(self._numbers.values()),
            "running_seconds": round(self._running_seconds, 3),
            "reclaims": self._reclaimed,
        }
        if self._total == 1:
            figures["exit_code"] = self._last_code
        status = "Completed" if not counts["FAILED"] else "Stopped" if self._stop else "Failed"
        reason = None if status == "Completed" else self._why(counts["FAILED"])
        return Finished(status, reason, self._clock(), figures)

    def _why(self, failed: int) -> str:
        told = self._last_reason or "failed"
        return told if self._total == 1 else f"{failed} of {self._total} jobs failed; {told}"
