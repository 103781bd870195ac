"""Tuning jobs: unique names, and trials that are training jobs with their own courses."""

from __future__ import annotations

from typing import Any

from tests.fake_aws import training
from tests.fake_aws.world import Operation, Refusal, World, page

KIND = "tuning-job"
_RUNNING = ("InProgress", "Stopping")


def create(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    name = params["HyperParameterTuningJobName"]
    arn = world.arn("sagemaker", region, f"hyper-parameter-tuning-job/{name}")
    if world.exists(region, KIND, name):
        message = (
            "Tuning job names must be unique within an AWS account and region, and a tuning job"
            f" with this name already exists ({arn})"
        )
        raise Refusal("ResourceInUse", message)
    request = {key: value for key, value in params.items() if key != "Tags"}
    tags = params.get("Tags", [])
    world.put(region, KIND, name, {"request": request, "arn": arn, "tags": tags, "trials": []})
    return {"HyperParameterTuningJobArn": arn}


def describe(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    job = _found(world, region, params["HyperParameterTuningJobName"])
    _advance(world, region, job)
    statuses = [_trial(world, region, name)["TrainingJobStatus"] for name in job["trials"]]
    counters = {
        "Completed": statuses.count("Completed"),
        "InProgress": sum(status in _RUNNING for status in statuses),
        "RetryableError": 0,
        "NonRetryableError": statuses.count("Failed"),
        "Stopped": statuses.count("Stopped"),
    }
    return job["request"] | {
        "HyperParameterTuningJobArn": job["arn"],
        "HyperParameterTuningJobStatus": _status(job, counters),
        "CreationTime": job["_created"],
        "TrainingJobStatusCounters": counters,
        "ObjectiveStatusCounters": {
            "Succeeded": counters["Completed"],
            "Pending": counters["InProgress"],
            "Failed": counters["NonRetryableError"],
        },
    }


def stop(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    job = _found(world, region, params["HyperParameterTuningJobName"])
    job["stopped_at"] = world.clock.now
    for name in job["trials"]:
        if _trial(world, region, name)["TrainingJobStatus"] == "InProgress":
            training.stop(world, region, {"TrainingJobName": name})
    return {}


def trials(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    job = _found(world, region, params["HyperParameterTuningJobName"])
    _advance(world, region, job)
    answer = page(job["trials"], params, "TrainingJobSummaries", 100)
    rows = [_trial(world, region, name) for name in answer["TrainingJobSummaries"]]
    keys = ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingStartTime")
    keys += ("TrainingEndTime", "TrainingJobStatus", "FailureReason")
    answer["TrainingJobSummaries"] = [
        {key: row[key] for key in keys if key in row}
        | {"TunedHyperParameters": row.get("HyperParameters", {})}
        | _final(job, row)
        for row in rows
    ]
    return answer


def _final(job: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """The last value of the objective, once there is one."""
    objective = job["request"]["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    values = {m["MetricName"]: m["Value"] for m in row.get("FinalMetricDataList", [])}
    name = objective["MetricName"]
    if name not in values:
        return {}
    return {"FinalHyperParameterTuningJobObjectiveMetric": {**objective, "Value": values[name]}}


def listing(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    wanted = params.get("NameContains", "")
    jobs = [
        {
            "HyperParameterTuningJobName": job["request"]["HyperParameterTuningJobName"],
            "HyperParameterTuningJobArn": job["arn"],
            "CreationTime": job["_created"],
        }
        for job in world.all(region, KIND)
        if wanted in job["request"]["HyperParameterTuningJobName"]
    ]
    return page(jobs, params, "HyperParameterTuningJobSummaries", 100)


def _advance(world: World, region: str, job: dict[str, Any]) -> None:
    """Start trials, up to MaxParallelTrainingJobs at once and MaxNumberOfTrainingJobs in all."""
    limits = job["request"]["HyperParameterTuningJobConfig"]["ResourceLimits"]
    definition = job["request"].get("TrainingJobDefinition", {})
    while "stopped_at" not in job and len(job["trials"]) < limits["MaxNumberOfTrainingJobs"]:
        states = [_trial(world, region, name)["TrainingJobStatus"] for name in job["trials"]]
        if sum(state in _RUNNING for state in states) >= limits["MaxParallelTrainingJobs"]:
            return
        tuner = job["request"]["HyperParameterTuningJobName"]
        name = f"{tuner[:50]}-{len(job['trials']) + 1:03d}-fake"
        request = definition | {"TrainingJobName": name}
        training.create(world, region, request)
        job["trials"].append(name)


def _status(job: dict[str, Any], counters: dict[str, int]) -> str:
    limits = job["request"]["HyperParameterTuningJobConfig"]["ResourceLimits"]
    running = counters["InProgress"] > 0
    if "stopped_at" in job:
        return "Stopping" if running else "Stopped"
    done = len(job["trials"]) == limits["MaxNumberOfTrainingJobs"] and not running
    if not done:
        return "InProgress"
    return "Completed" if counters["Completed"] else "Failed"


def _trial(world: World, region: str, name: str) -> dict[str, Any]:
    return training.description(world, world.things[(region, training.KIND, name)])


def _found(world: World, region: str, name: str) -> dict[str, Any]:
    job = world.get(region, KIND, name)
    if job is None:
        raise Refusal("ResourceNotFound", "Could not find hyper parameter tuning job.")
    return job


OPERATIONS: dict[str, Operation] = {
    "CreateHyperParameterTuningJob": create,
    "DescribeHyperParameterTuningJob": describe,
    "StopHyperParameterTuningJob": stop,
    "ListTrainingJobsForHyperParameterTuningJob": trials,
    "ListHyperParameterTuningJobs": listing,
}
