"""Batch jobs of a run: one call a look tells the state of all of them, one more their logs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from awsml.aws.session import Aws
from awsml.backends.aws.creation import described_jobs
from awsml.backends.aws.follow import Followed, Known
from awsml.backends.aws.logs import LogFollower, past_lines
from awsml.events import Event, Finished, LogLine, Note, PhaseChanged, Progress

BATCH_GROUP = "/aws/batch/job"  # where jobs log whose definition names no other group
STOP_REASON = "stopped on request"
_OVER = frozenset({"SUCCEEDED", "FAILED"})
_INGESTION_SECONDS = 5.0

Job = Mapping[str, Any]


@dataclass
class BatchWatch:
    """Looks at the jobs that a run submitted, by name; `jobs` maps each to its id."""

    aws: Aws
    jobs: Mapping[str, str]
    sleep: Callable[[float], None] = time.sleep
    known: Known = field(default_factory=Known)
    _states: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    _logs: dict[str, LogFollower] = field(default_factory=dict)

    def look(self) -> list[Event]:
        """What is new since the last look; the last one ends with Finished."""
        jobs = described_jobs(self.aws, list(self.jobs.values()))
        over = bool(jobs) and all(job["status"] in _OVER for job in jobs)
        changes = [event for job in jobs for event in self._changes(job)]
        if over and self.known.lines_until is not None:
            self.sleep(_INGESTION_SECONDS)
        lines = [] if self.known.lines_until is None else self._new_lines(jobs)
        done = sum(job["status"] in _OVER for job in jobs)
        events: list[Event] = [*changes, *lines, Progress("jobs", done, len(jobs), "jobs")]
        return [*events, _finished(jobs)] if over else events

    def _changes(self, job: Job) -> Iterator[Event]:
        """A new state, or in the same one a new reason: why a job waits in RUNNABLE."""
        state, reason = job["status"], job.get("statusReason")
        before = self._states.get(job["jobId"])
        self._states[job["jobId"]] = (state, reason)
        name = job["jobName"] if len(self.jobs) > 1 else None
        if before is None or before[0] != state:
            detail = ": ".join(part for part in (name, reason) if part) or None
            yield PhaseChanged(state.capitalize(), _moment(job), detail)
        elif before[1] != reason and reason:
            yield Note(f"{name or job['jobName']}: {reason}")

    def _new_lines(self, jobs: Sequence[Job]) -> list[LogLine]:
        """Each attempt of a job has a stream of its own, known once it has started."""
        for stream, group in _streams(jobs):
            after = self.known.lines_until or 0.0
            self._logs.setdefault(stream, LogFollower(self.aws, group, stream, after))
        lines = [line for follower in self._logs.values() for line in follower.read()]
        return sorted(lines, key=lambda line: line.at)


def _streams(jobs: Sequence[Job]) -> Iterator[tuple[str, str]]:
    for job in jobs:
        options = job.get("container", {}).get("logConfiguration", {}).get("options", {})
        group = options.get("awslogs-group", BATCH_GROUP)
        held = [
            job.get("container", {}),
            *(a.get("container", {}) for a in job.get("attempts", ())),
        ]
        for container in held:
            if "logStreamName" in container:
                yield container["logStreamName"], group


def _finished(jobs: Sequence[Job]) -> Finished:
    failed = [job for job in jobs if job["status"] == "FAILED"]
    asked = any(job.get("statusReason") == STOP_REASON for job in failed)
    status = "Stopped" if asked else "Failed" if failed else "Completed"
    at = max(_moment(job) for job in jobs)
    return Finished(status, _why(failed, jobs) if failed else None, at, _figures(jobs))


def _why(failed: Sequence[Job], jobs: Sequence[Job]) -> str:
    """The first failure in Batch's words, the container's and the exit code."""
    job = failed[0]
    container = job.get("container", {})
    code = container.get("exitCode")
    said = [job.get("statusReason"), container.get("reason")]
    said += [None if code is None else f"exit code: {code}"]
    told = ", ".join(part for part in said if part) or "Batch gave no reason"
    if len(jobs) == 1:
        return told
    return f"{len(failed)} of {len(jobs)} jobs failed; {job['jobName']}: {told}"


def _figures(jobs: Sequence[Job]) -> dict[str, Any]:
    running = [(job["stoppedAt"] - job["startedAt"]) / 1000 for job in jobs if "stoppedAt" in job]
    counts = {s: sum(job["status"] == s for job in jobs) for s in ("SUCCEEDED", "FAILED")}
    figures: dict[str, Any] = {
        "jobs": counts,
        "attempts": sum(max(1, len(job.get("attempts", ()))) for job in jobs),
        "running_seconds": round(sum(running), 3),
    }
    code = jobs[0].get("container", {}).get("exitCode") if len(jobs) == 1 else None
    return figures if code is None else {**figures, "exit_code": code}


def _moment(job: Job) -> float:
    """When the job came into its state, in seconds; Batch tells milliseconds."""
    state = job["status"]
    key = "stoppedAt" if state in _OVER else "startedAt" if state == "RUNNING" else "createdAt"
    return float(job.get(key) or job["createdAt"]) / 1000


def watch_batch_jobs(
    aws: Aws, remote: Mapping[str, Any], sleep: Callable[[float], None], known: Known
) -> BatchWatch:
    return BatchWatch(aws, remote["jobs"], sleep, known)


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
        for stream, group in dict.fromkeys(_streams(jobs))
        for line in past_lines(aws, group, stream, since, tail)
    ]
    lines = sorted(found, key=lambda line: line.at)
    return lines if tail is None else lines[len(lines) - min(tail, len(lines)) :]


BATCH = Followed(watch_batch_jobs, stop_batch_jobs, batch_lines)
