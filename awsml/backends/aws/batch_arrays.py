"""Children of Batch arrays: they have the logs and the reasons, the parent only counts them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from awsml.aws.session import Aws
from awsml.backends.aws.creation import described_jobs
from awsml.errors import UsageError
from awsml.events import LogLine

BATCH_GROUP = "/aws/batch/job"  # where jobs log whose definition names no other group
READ_AT_ONCE = 100  # children whose logs are read where none is named: one call's worth
OVER = frozenset({"SUCCEEDED", "FAILED"})

Job = Mapping[str, Any]


def size_of(job: Job) -> int:
    """0 for a job that is no array; a child has an index instead."""
    return int(job.get("arrayProperties", {}).get("size") or 0)


def counted(jobs: Sequence[Job]) -> dict[str, int]:
    """Jobs by state, an array as its children."""
    counts = dict.fromkeys(sorted(OVER, reverse=True), 0)
    for job in jobs:
        told = job.get("arrayProperties", {}).get("statusSummary") if size_of(job) else None
        for state, count in (told or {job["status"]: max(1, size_of(job))}).items():
            counts[state] = counts.get(state, 0) + int(count)
    return counts


def with_children(aws: Aws, jobs: Sequence[Job]) -> list[Job]:
    """Jobs that have a container: of an array its first children."""
    children = [
        f"{job['jobId']}:{index}"
        for job in jobs
        for index in range(min(size_of(job), READ_AT_ONCE))
    ]
    return [*(job for job in jobs if not size_of(job)), *described_jobs(aws, children)]


def first_failed(aws: Aws, job: Job) -> Job:
    """The child that tells why an array failed; the job itself where it is no array."""
    if not size_of(job):
        return job
    query = {"arrayJobId": job["jobId"], "jobStatus": "FAILED"}
    rows = aws.pages("batch", "ListJobs", query, "jobSummaryList")
    first = next(iter(rows), None)
    found = described_jobs(aws, [first["jobId"]]) if first else []
    return found[0] if found else job


def narrowed(remote: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The same as if the run were one job, or one child: `train`, `train:3`."""
    label, colon, index = key.partition(":")
    labels = remote.get("labels", {})
    names = [name for name in remote["jobs"] if labels.get(name) == label]
    if not names:
        known = ", ".join(sorted(set(labels.values()))) or "none by name"
        raise UsageError(
            f"the run has no job `{label}` on AWS", hint=f"one of {known}", slug="no-such-job"
        )
    return {**remote, "jobs": {names[0]: f"{remote['jobs'][names[0]]}{colon}{index}"}}


def key_of_job(remote: Mapping[str, Any], job: Job) -> str:
    """What a job is called here: its step, and a child's index."""
    label = str(remote.get("labels", {}).get(job["jobName"], job["jobName"]))
    index = job.get("arrayProperties", {}).get("index")
    return label if index is None else f"{label}:{index}"


def containers(remote: Mapping[str, Any], jobs: Sequence[Job]) -> Iterator[tuple[str, str, str]]:
    """(log stream, group, job) of every attempt that has started."""
    for job in jobs:
        options = job.get("container", {}).get("logConfiguration", {}).get("options", {})
        group = options.get("awslogs-group", BATCH_GROUP)
        attempts = (attempt.get("container", {}) for attempt in job.get("attempts", ()))
        for container in (job.get("container", {}), *attempts):
            if "logStreamName" in container:
                yield container["logStreamName"], group, key_of_job(remote, job)


def named(lines: Sequence[LogLine], key: str) -> list[LogLine]:
    """Lines under the name of their job: that of a stream holds nothing a person knows."""
    return [replace(line, stream=key) for line in lines]
