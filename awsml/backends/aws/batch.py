"""Batch jobs of a run: one call a look tells the state of all of them, one more their logs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from awsml.aws.session import Aws
from awsml.backends.aws.batch_arrays import (
    OVER,
    containers,
    counted,
    first_failed,
    key_of_job,
    named,
    size_of,
    with_children,
)
from awsml.backends.aws.creation import described_jobs
from awsml.backends.aws.follow import Followed, Known
from awsml.backends.aws.logs import LogFollower, past_lines
from awsml.events import Event, Finished, LogLine, PhaseChanged, Progress

STOP_REASON = "stopped on request"
_INGESTION_SECONDS = 5.0

Job = Mapping[str, Any]


@dataclass
class BatchWatch:
    """Looks at the jobs that a run submitted; `remote` maps the name of each to its id."""

    aws: Aws
    remote: Mapping[str, Any]
    sleep: Callable[[float], None] = time.sleep
    known: Known = field(default_factory=Known)
    _states: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    _logs: dict[str, tuple[str, LogFollower]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """States that were told before, by an earlier watch."""
        for phase, detail in self.known.told:
            name, _, reason = (detail or "").partition(": ")
            if not self._several:
                name, reason = next(iter(self.remote["jobs"]), ""), detail or ""
            self._states[name] = (phase, reason or None)

    def look(self) -> list[Event]:
        """What is new since the last look; the last one ends with Finished."""
        jobs = described_jobs(self.aws, list(self.remote["jobs"].values()))
        over = bool(jobs) and all(job["status"] in OVER for job in jobs)
        changes = [event for job in jobs for event in self._changes(job)]
        if over and self.known.lines_until is not None:
            self.sleep(_INGESTION_SECONDS)
        lines = [] if self.known.lines_until is None else self._new_lines(jobs)
        counts = counted(jobs)
        done = sum(counts[state] for state in OVER)
        progress = Progress("jobs", done, sum(counts.values()), "jobs")
        events: list[Event] = [*changes, *lines, progress]
        return [*events, self._finished(jobs, counts)] if over else events

    def _changes(self, job: Job) -> Iterator[Event]:
        """A new state, or in the same one a new reason: why a job waits in RUNNABLE."""
        name, state, reason = job["jobName"], job["status"].capitalize(), job.get("statusReason")
        before = self._states.get(name)
        if before is not None and (before[0] == state and reason in (None, before[1])):
            return
        self._states[name] = (state, reason)
        shown = [name if self._several else None, reason]
        detail = ": ".join(part for part in shown if part) or None
        yield PhaseChanged(state, self._moment(job, before is not None), detail)

    def _moment(self, job: Job, seen: bool) -> float:
        """Batch tells when a job was made, began and ended; what lies between, only looking."""
        state = job["status"]
        key = "stoppedAt" if state in OVER else "startedAt" if state == "RUNNING" else None
        if key is None and not seen:
            key = "createdAt"
        told = job.get(key) if key else None
        return float(told) / 1000 if told else self.known.clock()

    @property
    def _several(self) -> bool:
        return len(self.remote["jobs"]) > 1

    def _new_lines(self, jobs: Sequence[Job]) -> list[LogLine]:
        """Each attempt of a job has a stream of its own, known once it has started."""
        after = self.known.lines_until or 0.0
        for stream, group, key in containers(self.remote, with_children(self.aws, jobs)):
            self._logs.setdefault(stream, (key, LogFollower(self.aws, group, stream, after)))
        lines = [line for key, one in self._logs.values() for line in named(one.read(), key)]
        return sorted(lines, key=lambda line: line.at)

    def _finished(self, jobs: Sequence[Job], counts: Mapping[str, int]) -> Finished:
        failed = [job for job in jobs if job["status"] == "FAILED"]
        asked = any(job.get("statusReason") == STOP_REASON for job in failed)
        status = "Stopped" if asked else "Failed" if failed else "Completed"
        at = max(self._moment(job, True) for job in jobs)
        reason = self._why(failed, counts) if failed else None
        return Finished(status, reason, at, _figures(jobs, counts))

    def _why(self, failed: Sequence[Job], counts: Mapping[str, int]) -> str:
        """The first failure in Batch's words, the container's and the exit code."""
        job = first_failed(self.aws, failed[0])
        container = job.get("container", {})
        code = container.get("exitCode")
        said = [job.get("statusReason"), container.get("reason")]
        said += [None if code is None else f"exit code: {code}"]
        told = ", ".join(part for part in said if part) or "Batch gave no reason"
        total = sum(counts.values())
        if total == 1:
            return told
        return f"{counts['FAILED']} of {total} jobs failed; {key_of_job(self.remote, job)}: {told}"


def _figures(jobs: Sequence[Job], counts: Mapping[str, int]) -> dict[str, Any]:
    """Of an array AWS tells neither the attempts of its children nor how long they ran."""
    single = [job for job in jobs if not size_of(job)]
    ran = [job for job in single if job.get("startedAt") and job.get("stoppedAt")]
    running = [(job["stoppedAt"] - job["startedAt"]) / 1000 for job in ran]
    figures: dict[str, Any] = {
        "jobs": dict(counts),
        "attempts": sum(max(1, size_of(job), len(job.get("attempts", ()))) for job in jobs),
    }
    if running:
        figures["running_seconds"] = round(sum(running), 3)
    code = jobs[0].get("container", {}).get("exitCode") if len(jobs) == 1 else None
    return figures if code is None else {**figures, "exit_code": code}


def watch_batch_jobs(
    aws: Aws, remote: Mapping[str, Any], sleep: Callable[[float], None], known: Known
) -> BatchWatch:
    return BatchWatch(aws, remote, sleep, known)


def stop_batch_jobs(aws: Aws, remote: Mapping[str, Any]) -> None:
    """Waiting jobs are cancelled, running ones get SIGTERM; jobs that are over stay so."""
    for job in remote["jobs"].values():
        aws.call("batch", "TerminateJob", {"jobId": job, "reason": STOP_REASON})


def batch_lines(
    aws: Aws, remote: Mapping[str, Any], since: float | None, tail: int | None
) -> list[LogLine]:
    jobs = described_jobs(aws, list(remote["jobs"].values()))
    found = [
        line
        for stream, group, key in dict.fromkeys(containers(remote, with_children(aws, jobs)))
        for line in named(past_lines(aws, group, stream, since, tail), key)
    ]
    lines = sorted(found, key=lambda line: line.at)
    return lines if tail is None else lines[len(lines) - min(tail, len(lines)) :]


BATCH = Followed(watch_batch_jobs, stop_batch_jobs, batch_lines)
