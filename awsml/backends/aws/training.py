"""A training job on AWS: what DescribeTrainingJob says, as phases, figures and an end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from awsml import catalog
from awsml.aws.answers import found, seconds
from awsml.aws.refusals import AwsRefused
from awsml.aws.session import Aws
from awsml.backends.aws.follow import Followed, Known
from awsml.backends.aws.logs import TRAINING_GROUP, LogFollower, past_lines
from awsml.events import Event, Finished, LogLine, MetricPoint, Note, PhaseChanged
from awsml.readers.described import request_of

_OVER = frozenset({"Completed", "Failed", "Stopped"})
_NO_CAPACITY = "CapacityError"
# CloudWatch gets a job's last lines a little after its end.
_INGESTION_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """One answer of DescribeTrainingJob."""

    described: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.described["TrainingJobName"])

    @property
    def arn(self) -> str:
        return str(self.described["TrainingJobArn"])

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]

    @property
    def status(self) -> str:
        return str(self.described["TrainingJobStatus"])

    @property
    def phase(self) -> str:
        return str(self.described.get("SecondaryStatus", self.status))

    @property
    def over(self) -> bool:
        return self.status in _OVER

    @property
    def ended(self) -> float:
        last = self.described.get("TrainingEndTime") or self.described["LastModifiedTime"]
        return seconds(last)

    @property
    def reason(self) -> str | None:
        """Why it did not complete, in AWS's words or by the limit that stopped it."""
        limits = self.described.get("StoppingCondition", {})
        if self.status == "Completed":
            return None
        if self.phase == "MaxRuntimeExceeded":
            return f"stopped by its limit: MaxRuntimeInSeconds {limits['MaxRuntimeInSeconds']}"
        if self.phase == "MaxWaitTimeExceeded":
            return f"stopped by its limit: MaxWaitTimeInSeconds {limits['MaxWaitTimeInSeconds']}"
        if self.status == "Stopped":
            return "stopped on request"
        return str(self.described.get("FailureReason") or "AWS gave no reason")

    @property
    def instances(self) -> tuple[str | None, int]:
        """Type and number of machines; of several groups the first type and the sum."""
        resources = self.described.get("ResourceConfig", {})
        groups = resources.get("InstanceGroups") or [resources]
        kind = next((group["InstanceType"] for group in groups if "InstanceType" in group), None)
        return kind, sum(group.get("InstanceCount", 1) for group in groups)

    def request(self) -> dict[str, Any]:
        """The call that made it, as far as a description tells."""
        params = request_of("sagemaker:CreateTrainingJob", self.described)
        return {"service": "sagemaker", "operation": "CreateTrainingJob", "params": params}

    def phases(self) -> Iterator[PhaseChanged]:
        for step in self.described.get("SecondaryStatusTransitions", ()):
            detail = step.get("StatusMessage") or None
            yield PhaseChanged(step["Status"], seconds(step["StartTime"]), detail)

    def metrics(self) -> Iterator[MetricPoint]:
        """The latest value of each metric that AWS read from the log."""
        for row in self.described.get("FinalMetricDataList", ()):
            yield MetricPoint(row["MetricName"], row["Value"], seconds(row["Timestamp"]))

    def figures(self) -> dict[str, Any]:
        """What the run came to; AWS tells billable seconds of one machine."""
        kind, count = self.instances
        spot = bool(self.described.get("EnableManagedSpotTraining"))
        trained = self.described.get("TrainingTimeInSeconds")
        billed = self.described.get("BillableTimeInSeconds")
        artifact = self.described.get("ModelArtifacts", {}).get("S3ModelArtifacts")
        figures = {
            "instance": kind,
            "instances": count,
            "spot": spot,
            "training_seconds": trained,
            "billable_seconds": None if billed is None else billed * count,
            "saved_seconds": (trained - billed) * count if spot and trained and billed else None,
            "interruptions": [phase.phase for phase in self.phases()].count("Interrupted"),
            "artifacts": {"model": artifact} if artifact else None,
            "secondary_status": self.phase,
        }
        known = {key: value for key, value in figures.items() if value is not None}
        return known | self._dollars(known)

    def _dollars(self, figures: Mapping[str, Any]) -> dict[str, Any]:
        """Billable and saved hours at the on-demand price, which managed Spot is billed at too."""
        kind = figures.get("instance")
        price = catalog.price("training", kind, self.region) if kind else None
        if price is None:
            return {}
        hourly = float(price.usd)
        dollars: dict[str, Any] = {"usd_per_hour": hourly, "usd_basis": price.fact.basis.value}
        for spent, usd in (("billable_seconds", "usd"), ("saved_seconds", "saved_usd")):
            if spent in figures:
                dollars[usd] = round(figures[spent] / 3600 * hourly, 4)
        return dollars

    def finished(self) -> Finished:
        return Finished(self.status, self.reason, self.ended, self.figures())


def lacked_capacity(end: Finished) -> bool:
    """A shortage is no API error: AWS accepts the job and fails it minutes later."""
    return end.status == "Failed" and _NO_CAPACITY in (end.reason or "")


def find_training_job(aws: Aws, name: str) -> TrainingJob | None:
    """The job of that exact name, whoever started it."""
    described = found(aws, "sagemaker", "DescribeTrainingJob", {"TrainingJobName": name})
    return None if described is None else TrainingJob(described)


@dataclass
class TrainingWatch:
    """Looks at one job again and again; each look is one describe and one read of the logs."""

    aws: Aws
    name: str
    sleep: Callable[[float], None] = time.sleep
    known: Known = field(default_factory=Known)
    _phases: list[PhaseChanged] = field(default_factory=list)
    _points: set[tuple[str, float]] = field(init=False)
    _logs: LogFollower | None = field(init=False)

    def __post_init__(self) -> None:
        self._points = set(self.known.points)
        since = self.known.lines_until
        self._logs = (
            None if since is None else LogFollower(self.aws, TRAINING_GROUP, f"{self.name}/", since)
        )

    def look(self) -> list[Event]:
        """What is new since the last look, in order of time; the last one ends with Finished."""
        query = {"TrainingJobName": self.name}
        job = TrainingJob(self.aws.call("sagemaker", "DescribeTrainingJob", query))
        lines = self._new_lines(job)
        points = [point for point in job.metrics() if (point.name, point.at) not in self._points]
        steps, notes = self._steps(job)
        self._points.update((point.name, point.at) for point in points)
        timed: list[PhaseChanged | LogLine | MetricPoint] = [*steps, *lines, *points]
        events: list[Event] = [*sorted(timed, key=lambda event: event.at), *notes]
        return [*events, job.finished()] if job.over else events

    def _new_lines(self, job: TrainingJob) -> list[LogLine]:
        if self._logs is None:
            return []
        if job.over:
            self.sleep(_INGESTION_SECONDS)
        return self._logs.read()

    def _steps(self, job: TrainingJob) -> tuple[list[PhaseChanged], list[Note]]:
        """New phases; and where the phase is the same, what AWS says of it anew."""
        now, before = list(job.phases()), self._phases
        self._phases = now
        last = len(before) - 1
        notes = []
        if before and last < len(now) and now[last].detail != before[last].detail:
            notes.append(Note(f"{now[last].phase}: {now[last].detail}"))
        return now[max(len(before), self.known.phases) :], notes


def watch_training_job(
    aws: Aws, remote: Mapping[str, Any], sleep: Callable[[float], None], known: Known
) -> TrainingWatch:
    return TrainingWatch(aws, remote["name"], sleep, known)


def stop_training_job(aws: Aws, remote: Mapping[str, Any]) -> None:
    """Ask AWS to stop it: SIGTERM, 120 seconds, then the upload. Over already is fine."""
    name = remote["name"]
    try:
        aws.call("sagemaker", "StopTrainingJob", {"TrainingJobName": name})
    except AwsRefused as refused:
        job = find_training_job(aws, name) if refused.code == "ValidationException" else None
        if job is None or not (job.over or job.status == "Stopping"):
            raise


def training_lines(
    aws: Aws, remote: Mapping[str, Any], since: float | None, tail: int | None
) -> list[LogLine]:
    return past_lines(aws, TRAINING_GROUP, f"{remote['name']}/", since, tail)


TRAINING = Followed(watch_training_job, stop_training_job, training_lines)
