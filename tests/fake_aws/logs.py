"""CloudWatch Logs: streams appear when a container starts, events when their time comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.fake_aws import training
from tests.fake_aws.world import Operation, Refusal, World

TRAINING_GROUP = "/aws/sagemaker/TrainingJobs"
_EVENTS_A_PAGE = 1000
_INGESTION_SECONDS = 1.0


@dataclass(frozen=True)
class Stream:
    """One container's output: its name, when it began, and (time, text) of each line."""

    name: str
    began: float
    lines: tuple[tuple[float, str], ...]


def write(world: World, region: str, group: str, stream: str, text: str) -> None:
    """A line in a stream of any group, such as a Batch job's, at the present time."""
    kept = world.things.setdefault(
        (region, "log-stream", f"{group}:{stream}"),
        {"_created": world.clock.now, "group": group, "name": stream, "lines": []},
    )
    kept["lines"].append((world.clock.now, text))


def streams(world: World, region: str, group: str) -> Iterator[Stream]:
    for thing in world.all(region, "log-stream"):
        if thing["group"] == group:
            yield Stream(thing["name"], thing["_created"], tuple(thing["lines"]))
    if group == TRAINING_GROUP:
        for job in world.all(region, training.KIND):
            yield from _of_job(world, job)


def _of_job(world: World, job: dict[str, Any]) -> Iterator[Stream]:
    """A stream a host for each time the job entered Training: a Spot restart begins new ones."""
    answer = training.description(world, job)
    hosts = answer.get("ResourceConfig", {}).get("InstanceCount", 1)
    course = job["course"]
    for step in answer["SecondaryStatusTransitions"]:
        if step["Status"] != "Training":
            continue
        end = step.get("EndTime", world.clock.now)
        for host in range(1, hosts + 1):
            began = step["StartTime"]
            lines = [(began + at, text) for at, number, text in course.lines if number == host]
            seen = tuple((at, text) for at, text in lines if at <= end)
            if seen:
                name = f"{answer['TrainingJobName']}/algo-{host}-{int(began * 1000)}"
                yield Stream(name, began, seen)


def describe_streams(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    group = params["logGroupName"]
    found = sorted(streams(world, region, group), key=lambda stream: stream.name)
    if not found and group != TRAINING_GROUP:
        raise Refusal("ResourceNotFoundException", "The specified log group does not exist.")
    prefix = params.get("logStreamNamePrefix", "")
    rows = [
        {"logStreamName": s.name, "creationTime": int(s.began * 1000)}
        for s in found
        if s.name.startswith(prefix)
    ]
    start = int(params.get("nextToken") or 0)
    size = int(params.get("limit") or 50)
    answer: dict[str, Any] = {"logStreams": rows[start : start + size]}
    if start + size < len(rows):
        answer["nextToken"] = str(start + size)
    return answer


def filter_events(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    """Interleaved events of all streams with the prefix, by time."""
    prefix = params.get("logStreamNamePrefix", "")
    wanted = set(params.get("logStreamNames", ()))
    rows = []
    for stream in streams(world, region, params["logGroupName"]):
        if stream.name.startswith(prefix) and (not wanted or stream.name in wanted):
            rows += [_event(stream, index) for index in range(len(stream.lines))]
    low, high = params.get("startTime", 0), params.get("endTime", float("inf"))
    rows = [row for row in rows if low <= row["timestamp"] < high]
    rows = [row for row in rows if row["ingestionTime"] <= world.clock.now * 1000]
    rows.sort(key=lambda row: (row["timestamp"], row["eventId"]))
    start = int(params.get("nextToken") or 0)
    size = min(int(params.get("limit") or _EVENTS_A_PAGE), 10_000)
    answer: dict[str, Any] = {"events": rows[start : start + size]}
    if start + size < len(rows):
        answer["nextToken"] = str(start + size)
    return answer


def get_events(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    """Events of one stream; the same forward token again means there is no more for now."""
    name = params["logStreamName"]
    group = streams(world, region, params["logGroupName"])
    stream = next((found for found in group if found.name == name), None)
    if stream is None:
        raise Refusal("ResourceNotFoundException", "The specified log stream does not exist.")
    token = params.get("nextToken") or "f/0"
    size = int(params.get("limit") or 10_000)
    rows = [_event(stream, index) for index in range(len(stream.lines))]
    start = int(token.split("/")[1])
    if "nextToken" not in params and not params.get("startFromHead"):
        start = max(0, len(rows) - size)
    part = rows[start : start + size]
    forward, backward = f"f/{start + len(part)}", f"b/{start}"
    return {"events": part, "nextForwardToken": forward, "nextBackwardToken": backward}


def _event(stream: Stream, index: int) -> dict[str, Any]:
    at, text = stream.lines[index]
    return {
        "logStreamName": stream.name,
        "timestamp": int(at * 1000),
        "ingestionTime": int((at + _INGESTION_SECONDS) * 1000),
        "message": text,
        "eventId": f"{stream.name}-{index:08d}",
    }


OPERATIONS: dict[str, Operation] = {
    "DescribeLogStreams": describe_streams,
    "FilterLogEvents": filter_events,
    "GetLogEvents": get_events,
}
