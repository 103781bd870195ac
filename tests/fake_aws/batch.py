"""Batch: every SubmitJob is a new job, whatever its name; nothing but the caller can tell."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from typing import Any

from tests.fake_aws import logs
from tests.fake_aws.world import Operation, Refusal, World

JOB = "batch-job"
DEFINITION = "batch-definition"
_STATES = (("SUBMITTED", 1.0), ("RUNNABLE", 30.0), ("STARTING", 20.0), ("RUNNING", 120.0))
_GROUP = "/aws/batch/job"


@dataclass(frozen=True)
class Course:
    """What a job will do: seconds in each state, its end in Batch's and the container's words."""

    states: tuple[tuple[str, float], ...] = _STATES
    ends: str = "SUCCEEDED"
    status_reason: str = "Essential container in task exited"
    reason: str | None = None
    exit_code: int = 0
    waits_for: str | None = None  # statusReason while RUNNABLE
    lines: tuple[str, ...] = ()


def script(world: World, course: Course, pattern: str = "*") -> None:
    """Jobs whose name fits `pattern` follow `course`; the latest script wins.

    A child of an array has its index after its name: `train-*:3`.
    """
    world.things[("", "batch-course", f"{len(world.things):06d}")] = {
        "_created": 0.0,
        "pattern": pattern,
        "course": course,
    }


def _course(world: World, job: dict[str, Any]) -> Course:
    name = _name(job)
    scripts = reversed(world.all("", "batch-course"))
    fits = (s["course"] for s in scripts if fnmatch.fnmatch(name, s["pattern"]))
    found: Course = next(fits, Course())
    return found


def _name(job: dict[str, Any]) -> str:
    index = job.get("index")
    return job["request"]["jobName"] + ("" if index is None else f":{index}")


def register(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    """A new revision of a definition."""
    name = params["jobDefinitionName"]
    known = [d for d in world.all(region, DEFINITION) if d["jobDefinitionName"] == name]
    revision = len(known) + 1
    arn = world.arn("batch", region, f"job-definition/{name}:{revision}")
    made = params | {"revision": revision, "jobDefinitionArn": arn, "status": "ACTIVE"}
    world.put(region, DEFINITION, f"{name}:{revision}", made)
    return {"jobDefinitionName": name, "jobDefinitionArn": arn, "revision": revision}


def definitions(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    name = params.get("jobDefinitionName")
    found = [
        {key: value for key, value in d.items() if not key.startswith("_")}
        for d in world.all(region, DEFINITION)
        if name in (None, d["jobDefinitionName"])
    ]
    return {"jobDefinitions": found}


def submit(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    if not re.fullmatch(r"[A-Za-z0-9][\w-]{0,127}", params["jobName"]):
        raise Refusal("ClientException", f"Job name {params['jobName']} is not valid")
    number = len([key for key in world.things if key[1] == JOB]) + 1
    job_id = f"00000000-0000-0000-0000-{number:012d}"
    arn = world.arn("batch", region, f"job/{job_id}")
    job = {"request": params, "jobId": job_id, "jobArn": arn, "tags": params.get("tags", {})}
    world.put(region, JOB, job_id, job)
    return {"jobName": params["jobName"], "jobId": job_id, "jobArn": arn}


def _children(job: dict[str, Any]) -> list[dict[str, Any]]:
    size = job["request"].get("arrayProperties", {}).get("size", 0)
    return [_child(job, index) for index in range(size)]


def _child(job: dict[str, Any], index: int) -> dict[str, Any]:
    """Its own life under the parent's id and index."""
    ids = {"jobId": f"{job['jobId']}:{index}", "jobArn": f"{job['jobArn']}:{index}"}
    request = {key: v for key, v in job["request"].items() if key != "arrayProperties"}
    return {**job, **ids, "request": request, "index": index}


def _job(world: World, region: str, job_id: str) -> dict[str, Any] | None:
    parent, _, index = job_id.partition(":")
    job = world.get(region, JOB, parent)
    if job is None or not index:
        return job
    children = _children(job)
    return children[int(index)] if int(index) < len(children) else None


def listing(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    """Only RUNNING jobs unless a status or a filter is given; the JOB_NAME filter ignores case."""
    if "arrayJobId" in params:
        parent = world.get(region, JOB, params["arrayJobId"])
        rows = [_summary(world, job) for job in _children(parent or {"request": {}})]
    else:
        rows = [_summary(world, job) for job in world.all(region, JOB)]
    names = [f["values"] for f in params.get("filters", ()) if f["name"] == "JOB_NAME"]
    if names:
        rows = [row for row in rows if any(_fits(row["jobName"], v) for v in names[0])]
    else:
        rows = [r for r in rows if r["status"] == params.get("jobStatus", "RUNNING")]
    start, size = int(params.get("nextToken") or 0), int(params.get("maxResults") or 100)
    answer: dict[str, Any] = {"jobSummaryList": rows[start : start + size]}
    if start + size < len(rows):
        answer["nextToken"] = str(start + size)
    return answer


def describe(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    if len(params["jobs"]) > 100:
        raise Refusal("ClientException", "Too many jobs: at most 100")
    found = [_job(world, region, job_id) for job_id in params["jobs"]]
    return {"jobs": [_detail(world, region, job) for job in found if job is not None]}


def _detail(world: World, region: str, job: dict[str, Any]) -> dict[str, Any]:
    """A job with its container; its lines are in the log once it runs."""
    row, course = _summary(world, job), _course(world, job)
    began = job["_created"] + sum(s for name, s in course.states if name != "RUNNING")
    detail = row | {
        "jobQueue": job["request"]["jobQueue"],
        "jobDefinition": job["request"]["jobDefinition"],
        "tags": job["tags"],
    }
    if "terminated" in job:
        detail["stoppedAt"] = int(job["terminated"][0] * 1000)
    if job["request"].get("arrayProperties"):
        return detail | _of_children(world, job)
    if row["status"] not in ("RUNNING", "SUCCEEDED", "FAILED") or world.clock.now < began:
        return detail
    stream = f"{job['request']['jobName']}/default/{job['jobId'].replace(':', '-')}"
    if course.lines and not world.exists(region, "log-stream", f"{_GROUP}:{stream}"):
        for line in course.lines:
            logs.write(world, region, _GROUP, stream, line)
    container: dict[str, Any] = {"logStreamName": stream}
    detail |= {"startedAt": int(began * 1000), "attempts": [{"container": container}]}
    if row["status"] != "RUNNING":
        over = {"exitCode": course.exit_code} | ({"reason": course.reason} if course.reason else {})
        ended = int((job["_created"] + sum(s for _, s in course.states)) * 1000)
        detail.setdefault("stoppedAt", ended)
        container |= over
    return detail | {"container": container}


def _of_children(world: World, job: dict[str, Any]) -> dict[str, Any]:
    """A parent has no container: only how many children are in each state."""
    states = [_state(world, child)[0] for child in _children(job)]
    counts = {state: states.count(state) for state in dict.fromkeys(states)}
    times = {"startedAt": int(job["_created"] * 1000)}
    if set(states) <= {"SUCCEEDED", "FAILED"}:
        times["stoppedAt"] = int(world.clock.now * 1000)
    return {"arrayProperties": {"size": len(states), "statusSummary": counts}, **times}


def terminate(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    job = world.get(region, JOB, params["jobId"])
    if job is not None:
        job["terminated"] = (world.clock.now, params["reason"])
    return {}


def _summary(world: World, job: dict[str, Any]) -> dict[str, Any]:
    status, reason = _state(world, job)
    row = {
        "jobId": job["jobId"],
        "jobArn": job["jobArn"],
        "jobName": job["request"]["jobName"],
        "createdAt": int(job["_created"] * 1000),
        "status": status,
    }
    row |= {} if job.get("index") is None else {"arrayProperties": {"index": job["index"]}}
    return row | ({"statusReason": reason} if reason else {})


def _state(world: World, job: dict[str, Any]) -> tuple[str, str | None]:
    if "terminated" in job:
        return "FAILED", job["terminated"][1]
    if job["request"].get("arrayProperties"):
        return _state_of_array({_state(world, child)[0] for child in _children(job)})
    course, end = _course(world, job), job["_created"]
    for state, seconds in course.states:
        end += seconds
        if world.clock.now < end:
            return state, course.waits_for if state == "RUNNABLE" else None
    return course.ends, course.status_reason


def _state_of_array(states: set[str]) -> tuple[str, str | None]:
    if not states <= {"SUCCEEDED", "FAILED"}:
        return "PENDING", None
    return ("FAILED", "Array Child Job failed") if "FAILED" in states else ("SUCCEEDED", None)


def _fits(name: str, wanted: str) -> bool:
    name, wanted = name.lower(), wanted.lower()
    return name.startswith(wanted[:-1]) if wanted.endswith("*") else name == wanted


def add_queue(world: World, name: str, *, state: str = "ENABLED", reason: str = "") -> None:
    """A queue with one environment; `reason` is why that one is INVALID."""
    queue = {"jobQueueName": name, "state": state, "status": "VALID", "priority": 1}
    arn = world.arn("batch", "us-east-1", f"compute-environment/{name}")
    order = [{"order": 1, "computeEnvironment": arn}]
    arns = {"jobQueueArn": world.arn("batch", "us-east-1", f"job-queue/{name}")}
    world.put("", "batch-queue", name, {**queue, **arns, "computeEnvironmentOrder": order})
    stands = {"status": "INVALID", "statusReason": reason} if reason else {"status": "VALID"}
    names = {"computeEnvironmentName": name, "computeEnvironmentArn": arn}
    world.put("", "batch-environment", arn, {**names, "state": "ENABLED", **stands})


def queues(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    """Those that were added; where a test says nothing of queues, each is there."""
    if not world.all("", "batch-queue"):
        for name in params["jobQueues"]:
            add_queue(world, name)
    return {"jobQueues": _kept(world, "batch-queue", params["jobQueues"])}


def environments(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    found = _kept(world, "batch-environment", params["computeEnvironments"])
    return {"computeEnvironments": found}


def _kept(world: World, kind: str, names: list[str]) -> list[dict[str, Any]]:
    found = [thing for name in names if (thing := world.get("", kind, name)) is not None]
    return [{k: v for k, v in thing.items() if not k.startswith("_")} for thing in found]


OPERATIONS: dict[str, Operation] = {
    "DescribeJobQueues": queues,
    "DescribeComputeEnvironments": environments,
    "RegisterJobDefinition": register,
    "DescribeJobDefinitions": definitions,
    "SubmitJob": submit,
    "ListJobs": listing,
    "DescribeJobs": describe,
    "TerminateJob": terminate,
}
