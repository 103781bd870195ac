"""A tuning job on AWS: two calls a look tell its standing and that of each trial."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from awsml.aws.answers import found, seconds
from awsml.aws.session import Aws
from awsml.backends.aws.follow import Followed, Known
from awsml.backends.aws.logs import TRAINING_GROUP, past_lines
from awsml.events import Event, Finished, LogLine, PhaseChanged, Progress, TrialChanged
from awsml.readers.described import request_of
from awsml.search.trial import LABEL

_OVER = frozenset({"Completed", "Failed", "Stopped"})
_LONGEST_NAME = 32
_NAME = "HyperParameterTuningJobName"
_OBJECTIVE = "FinalHyperParameterTuningJobObjectiveMetric"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TuningJob:
    """One answer of DescribeHyperParameterTuningJob."""

    described: Row

    @property
    def arn(self) -> str:
        return str(self.described["HyperParameterTuningJobArn"])

    def request(self) -> dict[str, Any]:
        """The call that made it, as far as a description tells."""
        params = request_of("sagemaker:CreateHyperParameterTuningJob", self.described)
        operation = "CreateHyperParameterTuningJob"
        return {"service": "sagemaker", "operation": operation, "params": params}


def find_tuning_job(aws: Aws, name: str) -> TuningJob | None:
    """The tuning job of that exact name; a name that is too long is none."""
    if len(name) > _LONGEST_NAME:
        return None
    described = found(aws, "sagemaker", "DescribeHyperParameterTuningJob", {_NAME: name})
    return None if described is None else TuningJob(described)


@dataclass
class TuningWatch:
    """Looks at a tuning job again and again. Trials are numbered by when they were made."""

    aws: Aws
    name: str
    sleep: Callable[[float], None] = time.sleep
    known: Known = field(default_factory=Known)
    spans: Sequence[tuple[float, float | None]] = ()  # of trials that AWS bills: start and end
    _status: str | None = None
    _trials: dict[str, str | None] = field(init=False)

    def __post_init__(self) -> None:
        self._trials = dict(self.known.subjects)
        self._status = "InProgress" if self.known.phases else None

    @property
    def stopping(self) -> bool:
        """Whether somebody has asked for its end already."""
        return self._status == "Stopping"

    def look(self) -> list[Event]:
        """What is new since the last look; the last one ends with Finished."""
        query = {_NAME: self.name}
        job = self.aws.call("sagemaker", "DescribeHyperParameterTuningJob", query)
        paged = {**query, "SortBy": "CreationTime", "SortOrder": "Ascending", "MaxResults": 100}
        operation = "ListTrainingJobsForHyperParameterTuningJob"
        trials = list(self.aws.pages("sagemaker", operation, paged, "TrainingJobSummaries"))
        self.spans = [_span(row) for row in trials if row.get("TrainingStartTime")]
        events = [*self._standing(job), *self._of_trials(job, trials)]
        if job["HyperParameterTuningJobStatus"] in _OVER:
            events.append(_finished(job, trials))
        return events

    def _standing(self, job: Row) -> Iterator[Event]:
        status = job["HyperParameterTuningJobStatus"]
        if status != self._status:
            at = job.get("LastModifiedTime", job["CreationTime"])
            yield PhaseChanged(status, seconds(at if self._status else job["CreationTime"]))
        self._status = status
        limits = job["HyperParameterTuningJobConfig"]["ResourceLimits"]
        counts = job["TrainingJobStatusCounters"]
        over = sum(counts.get(key, 0) for key in ("Completed", "NonRetryableError", "Stopped"))
        yield Progress("trials", over, limits.get("MaxNumberOfTrainingJobs"), "trials")

    def _of_trials(self, job: Row, trials: Sequence[Row]) -> Iterator[Event]:
        best = job.get("BestTrainingJob", {}).get("TrainingJobName")
        for number, row in enumerate(trials, 1):
            label, status = f"{LABEL}{number:03d}", row["TrainingJobStatus"]
            if self._trials.get(label) != status:
                self._trials[label] = status
                yield _trial(row, number, label, row["TrainingJobName"] == best)


def _span(row: Row) -> tuple[float, float | None]:
    """Its end is unknown while it runs."""
    ended = row.get("TrainingEndTime")
    return seconds(row["TrainingStartTime"]), None if ended is None else seconds(ended)


def _trial(row: Row, number: int, label: str, best: bool) -> TrialChanged:
    began = seconds(row.get("TrainingStartTime") or row["CreationTime"])
    at = seconds(row.get("TrainingEndTime") or began)
    objective = row.get(_OBJECTIVE, {})
    return TrialChanged(
        number=number,
        run=row["TrainingJobName"],
        status=row["TrainingJobStatus"],
        setting=dict(row.get("TunedHyperParameters", {})),
        at=at,
        objective=objective.get("Value"),
        best=best,
        seconds=at - began,
        reason=row.get("FailureReason"),
        subject=label,
        metric=objective.get("MetricName"),
    )


def _finished(job: Row, trials: Sequence[Row]) -> Finished:
    status = job["HyperParameterTuningJobStatus"]
    end = job.get("HyperParameterTuningEndTime") or job.get("LastModifiedTime")
    reason = None if status == "Completed" else job.get("FailureReason") or _why(status, trials)
    at = seconds(end or job["CreationTime"])
    return Finished(status, reason, at, _figures(job, trials))


def _why(status: str, trials: Sequence[Row]) -> str:
    if status == "Stopped":
        return "stopped on request"
    reasons = [row["FailureReason"] for row in trials if row.get("FailureReason")]
    return reasons[0] if reasons else "AWS gave no reason"


def _figures(job: Row, trials: Sequence[Row]) -> dict[str, Any]:
    """Counts, time of all trials, and the best one as AWS names it."""
    spans = [_span(row) for row in trials if row.get("TrainingStartTime")]
    spent = [ended - began for began, ended in spans if ended is not None]
    counts = job["TrainingJobStatusCounters"]
    figures: dict[str, Any] = {
        "trials": len(trials),
        "completed": counts.get("Completed", 0),
        "failed": counts.get("NonRetryableError", 0),
        "stopped_early": counts.get("Stopped", 0),
        "trial_seconds": round(sum(spent), 3),
    }
    best = job.get("BestTrainingJob")
    if best and best.get(_OBJECTIVE):
        names = [row["TrainingJobName"] for row in trials]
        figures["best"] = {
            "trial": names.index(best["TrainingJobName"]) + 1,
            "run": best["TrainingJobName"],
            "objective": best[_OBJECTIVE]["Value"],
            "setting": dict(best.get("TunedHyperParameters", {})),
        }
    return figures


def watch_tuning_job(
    aws: Aws, remote: Mapping[str, Any], sleep: Callable[[float], None], known: Known
) -> TuningWatch:
    return TuningWatch(aws, remote["name"], sleep, known)


def stop_tuning_job(aws: Aws, remote: Mapping[str, Any]) -> None:
    """Each running trial gets SIGTERM and 120 seconds, and then uploads what it has."""
    aws.call("sagemaker", "StopHyperParameterTuningJob", {_NAME: remote["name"]})


def tuning_lines(
    aws: Aws, remote: Mapping[str, Any], since: float | None, tail: int | None
) -> list[LogLine]:
    """Of all trials: their jobs' names begin with the tuning job's."""
    return past_lines(aws, TRAINING_GROUP, f"{remote['name']}-", since, tail)


TUNING = Followed(watch_tuning_job, stop_tuning_job, tuning_lines)
