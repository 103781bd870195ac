"""Training jobs: unique names, and a course of phases that each job follows on the clock."""

from __future__ import annotations

import fnmatch
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tests.fake_aws.world import Operation, Refusal, World, page

KIND = "training-job"
_BILLED = frozenset({"Downloading", "Training", "Uploading", "Stopping"})
_MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Interrupted": "Training job was interrupted: the Spot capacity was reclaimed",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
    "MaxWaitTimeExceeded": "Training job waiting time exceeded MaxWaitTimeInSeconds provided",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
}
_STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Course:
    """What a job will do: phases with their seconds, its end, what it prints and measures.

    `lines` are (seconds into the Training phase, host number, text).
    """

    phases: tuple[tuple[str, float], ...] = (
        ("Starting", 60.0),
        ("Downloading", 20.0),
        ("Training", 300.0),
        ("Uploading", 10.0),
    )
    ends: str = "Completed"
    failure: str | None = None
    billable_share: float = 1.0
    lines: tuple[tuple[float, int, str], ...] = ()
    metrics: tuple[tuple[str, float], ...] = ()


COMPLETED = Course()
CAPACITY = Course(
    phases=(("Starting", 600.0),),
    ends="Failed",
    failure="CapacityError: Unable to provision requested ML compute capacity. Please retry using"
    " a different ML instance type.",
)


def failed(reason: str, training_seconds: float = 30.0) -> Course:
    phases = (("Starting", 60.0), ("Downloading", 20.0), ("Training", training_seconds))
    return Course(phases=phases, ends="Failed", failure=reason)


def interrupted(times: int = 1) -> Course:
    """Spot: reclaimed so many times, then done."""
    lost = (("Starting", 60.0), ("Downloading", 20.0), ("Training", 100.0), ("Interrupted", 120.0))
    return replace(COMPLETED, phases=lost * times + COMPLETED.phases, billable_share=0.3)


@dataclass
class Courses:
    """Which course the jobs to come follow: the first whose name pattern fits."""

    by_pattern: list[tuple[str, Course]] = field(default_factory=list)

    def of(self, name: str) -> Course:
        fits = (course for glob, course in self.by_pattern if fnmatch.fnmatch(name, glob))
        return next(fits, COMPLETED)


def script(world: World, course: Course, pattern: str = "*") -> None:
    """Jobs whose name fits `pattern` follow `course`; the latest script wins."""
    _courses(world).by_pattern.insert(0, (pattern, course))


def _courses(world: World) -> Courses:
    thing = world.things.setdefault(("", "courses", ""), {"_created": 0.0, "courses": Courses()})
    courses: Courses = thing["courses"]
    return courses


def create(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    name = params["TrainingJobName"]
    if not re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", name):
        raise Refusal("ValidationException", f"1 validation error detected: Value '{name}'")
    arn = world.arn("sagemaker", region, f"training-job/{name}")
    if world.exists(region, KIND, name):
        message = (
            "Training job names must be unique within an AWS account and region, and a training"
            f" job with this name already exists ({arn})"
        )
        raise Refusal("ResourceInUse", message)
    tags = params.get("Tags", [])
    request = {key: value for key, value in params.items() if key != "Tags"}
    job = {"request": request, "arn": arn, "tags": tags, "course": _courses(world).of(name)}
    world.put(region, KIND, name, job)
    return {"TrainingJobArn": arn}


def describe(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    return description(world, _found(world, region, params["TrainingJobName"]))


def stop(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    job = _found(world, region, params["TrainingJobName"])
    status = description(world, job)["TrainingJobStatus"]
    if status != "InProgress":
        message = f"The request was rejected because the training job is in status {status}."
        raise Refusal("ValidationException", message)
    job["stopped_at"] = world.clock.now
    return {}


def listing(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    """Ascending by creation unless told otherwise; StatusEquals is applied after paging."""
    jobs = [j for j in world.all(region, KIND) if _selected(j, params)]
    jobs.sort(key=lambda j: j["_created"], reverse=params.get("SortOrder") == "Descending")
    answer = page(jobs, params, "TrainingJobSummaries", 100)
    wanted = params.get("StatusEquals")
    rows = [_summary(world, job) for job in answer["TrainingJobSummaries"]]
    answer["TrainingJobSummaries"] = [
        row for row in rows if wanted is None or row["TrainingJobStatus"] == wanted
    ]
    return answer


def search(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    filters = params.get("SearchExpression", {}).get("Filters", [])
    jobs = [j for j in world.all(region, KIND) if all(_tag_fits(j, f) for f in filters)]
    answer = page(jobs, params, "Results", 100)
    answer["Results"] = [
        {"TrainingJob": description(world, job) | {"Tags": job["tags"]}}
        for job in answer["Results"]
    ]
    return answer


def list_tags(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    return {"Tags": _by_arn(world, params["ResourceArn"])["tags"]}


def add_tags(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    thing = _by_arn(world, params["ResourceArn"])
    kept = {tag["Key"]: tag for tag in [*thing["tags"], *params["Tags"]]}
    thing["tags"] = list(kept.values())
    return {"Tags": thing["tags"]}


def description(world: World, job: dict[str, Any]) -> dict[str, Any]:
    """What DescribeTrainingJob answers now."""
    course: Course = job["course"]
    steps = list(_steps(job, world.clock.now))
    if "message" in job and "EndTime" not in steps[-1]:
        steps[-1]["StatusMessage"] = job["message"]
    latest = steps[-1]["Status"]
    answer = dict(job["request"]) | {
        "TrainingJobArn": job["arn"],
        "TrainingJobStatus": _status(latest),
        "SecondaryStatus": latest,
        "SecondaryStatusTransitions": steps,
        "CreationTime": job["_created"],
        "LastModifiedTime": steps[-1]["StartTime"],
    }
    billed = [step for step in steps if step["Status"] in _BILLED]
    if billed:
        answer["TrainingStartTime"] = billed[0]["StartTime"]
    if latest in ("Failed", "Completed", "Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded"):
        answer |= _ending(job, course, latest, steps, billed)
    return answer


def _ending(
    job: dict[str, Any],
    course: Course,
    latest: str,
    steps: list[dict[str, Any]],
    billed: list[dict[str, Any]],
) -> dict[str, Any]:
    seconds = sum(step["EndTime"] - step["StartTime"] for step in billed)
    ending: dict[str, Any] = {"TrainingEndTime": steps[-1]["StartTime"]}
    if billed:
        ending["TrainingTimeInSeconds"] = math.ceil(seconds)
        ending["BillableTimeInSeconds"] = math.ceil(seconds * course.billable_share)
    if latest == "Failed":
        ending["FailureReason"] = course.failure
    else:
        output = job["request"].get("OutputDataConfig", {}).get("S3OutputPath", "").rstrip("/")
        artifact = f"{output}/{job['request']['TrainingJobName']}/output/model.tar.gz"
        ending["ModelArtifacts"] = {"S3ModelArtifacts": artifact}
    at = steps[-1]["StartTime"]
    ending["FinalMetricDataList"] = [
        {"MetricName": name, "Value": value, "Timestamp": at} for name, value in course.metrics
    ]
    return ending


def _steps(job: dict[str, Any], now: float) -> Iterator[dict[str, Any]]:
    """The transitions that have happened by `now`, the last one open unless the job is over."""
    limits = job["request"].get("StoppingCondition", {})
    at, ran = job["_created"], 0.0
    cut, ends = _cut(job, limits, at)
    for phase, seconds in job["course"].phases:
        end = at + seconds
        if phase in _BILLED and ran + seconds > limits.get("MaxRuntimeInSeconds", math.inf):
            limit = at + limits["MaxRuntimeInSeconds"] - ran
            cut, ends = min((cut, ends), (limit, "MaxRuntimeExceeded"))
        stop = min(end, cut)
        if now < stop:
            yield _step(phase, at)
            return
        yield _step(phase, at, stop)
        ran += seconds if phase in _BILLED else 0.0
        at = stop
        if stop == cut and cut < end:
            break
    else:
        yield _step(job["course"].ends, at, at)
        return
    if now < at + _STOP_SECONDS:
        yield _step("Stopping", at)
        return
    yield _step("Stopping", at, at + _STOP_SECONDS)
    yield _step(ends, at + _STOP_SECONDS, at + _STOP_SECONDS)


def _cut(job: dict[str, Any], limits: dict[str, Any], created: float) -> tuple[float, str]:
    """When the job is stopped, and what that is called."""
    stopped = (job.get("stopped_at", math.inf), "Stopped")
    waited = (created + limits.get("MaxWaitTimeInSeconds", math.inf), "MaxWaitTimeExceeded")
    return min(stopped, waited)


def _step(status: str, start: float, end: float | None = None) -> dict[str, Any]:
    step = {"Status": status, "StartTime": start, "StatusMessage": _MESSAGES.get(status, "")}
    return step if end is None else step | {"EndTime": end}


def _status(secondary: str) -> str:
    if secondary in ("Completed", "Failed", "Stopping"):
        return secondary
    stops = ("Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded")
    return "Stopped" if secondary in stops else "InProgress"


def _found(world: World, region: str, name: str) -> dict[str, Any]:
    job = world.get(region, KIND, name)
    if job is None:
        raise Refusal("ValidationException", "Requested resource not found.")
    return job


def _by_arn(world: World, arn: str) -> dict[str, Any]:
    for thing in world.things.values():
        if thing.get("arn") == arn:
            return thing
    raise Refusal("ValidationException", "Requested resource not found.")


def _selected(job: dict[str, Any], params: dict[str, Any]) -> bool:
    return (
        params.get("NameContains", "").lower() in job["request"]["TrainingJobName"].lower()
        and job["_created"] > params.get("CreationTimeAfter", -math.inf)
        and job["_created"] < params.get("CreationTimeBefore", math.inf)
    )


def _summary(world: World, job: dict[str, Any]) -> dict[str, Any]:
    full = description(world, job)
    keys = ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingEndTime")
    keys += ("LastModifiedTime", "TrainingJobStatus", "SecondaryStatus")
    return {key: full[key] for key in keys if key in full}


def _tag_fits(job: dict[str, Any], wanted: dict[str, Any]) -> bool:
    name = wanted["Name"].removeprefix("Tags.")
    return any(t["Key"] == name and t["Value"] == wanted["Value"] for t in job["tags"])


OPERATIONS: dict[str, Operation] = {
    "CreateTrainingJob": create,
    "DescribeTrainingJob": describe,
    "StopTrainingJob": stop,
    "ListTrainingJobs": listing,
    "Search": search,
    "ListTags": list_tags,
    "AddTags": add_tags,
}
