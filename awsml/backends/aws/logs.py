"""CloudWatch Logs of a job: all its containers' lines, as they come or after the fact."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from awsml.aws.refusals import AwsRefused, is_absent
from awsml.aws.session import Aws
from awsml.events import LogLine

TRAINING_GROUP = "/aws/sagemaker/TrainingJobs"
# A line may be ingested after a later one was read: look back this far, and drop what was seen.
_OVERLAP_MS = 60_000
# `<job>/algo-<n>-<epoch>`; a Spot restart begins streams with a new epoch.
_HOST = re.compile(r"/(?P<host>algo-\d+)-\d+$")


@dataclass
class LogFollower:
    """Reads what is new with one call a look, whatever the number of hosts and restarts."""

    aws: Aws
    group: str
    prefix: str
    after: float = 0.0  # lines up to this time have been told
    _since_ms: int = 0
    _seen: dict[str, int] = field(default_factory=dict)  # event id to its time

    def read(self) -> list[LogLine]:
        query: dict[str, Any] = {"logGroupName": self.group, "logStreamNamePrefix": self.prefix}
        since = max(self._since_ms, int(self.after * 1000) + 1 if self.after else 0)
        if since:
            query["startTime"] = since
        events = _events(self.aws, query)
        fresh = [event for event in events if event["eventId"] not in self._seen]
        self._seen.update({event["eventId"]: event["timestamp"] for event in fresh})
        self._move_on()
        return [_line(event) for event in sorted(fresh, key=lambda event: event["timestamp"])]

    def _move_on(self) -> None:
        latest = max(self._seen.values(), default=0)
        self._since_ms = max(0, latest - _OVERLAP_MS)
        self._seen = {key: at for key, at in self._seen.items() if at >= self._since_ms}


def past_lines(
    aws: Aws, group: str, prefix: str, since: float | None = None, tail: int | None = None
) -> list[LogLine]:
    """All lines since a time, or the last `tail` of them, merged by time."""
    if tail is None:
        query: dict[str, Any] = {"logGroupName": group, "logStreamNamePrefix": prefix}
        if since is not None:
            query["startTime"] = int(since * 1000)
        return sorted(map(_line, _events(aws, query)), key=lambda line: line.at)
    rows = [row for name in _streams(aws, group, prefix) for row in _last(aws, group, name, tail)]
    lines = sorted(map(_line, rows), key=lambda line: line.at)
    wanted = [line for line in lines if since is None or line.at >= since]
    return wanted[-tail:] if tail else []


def _events(aws: Aws, query: dict[str, Any]) -> list[dict[str, Any]]:
    """Events, or none where the group is not there yet: a job's first line makes it."""
    try:
        return list(aws.pages("logs", "FilterLogEvents", query, "events"))
    except AwsRefused as refused:
        if is_absent(refused):
            return []
        raise


def _streams(aws: Aws, group: str, prefix: str) -> list[str]:
    query = {"logGroupName": group, "logStreamNamePrefix": prefix}
    try:
        rows = list(aws.pages("logs", "DescribeLogStreams", query, "logStreams"))
    except AwsRefused as refused:
        if is_absent(refused):
            return []
        raise
    return [row["logStreamName"] for row in rows]


def _last(aws: Aws, group: str, stream: str, count: int) -> Iterable[dict[str, Any]]:
    query = {"logGroupName": group, "logStreamName": stream, "startFromHead": False}
    answer = aws.call("logs", "GetLogEvents", {**query, "limit": min(max(count, 1), 10_000)})
    return [{**event, "logStreamName": stream} for event in answer["events"]]


def _line(event: dict[str, Any]) -> LogLine:
    name = event["logStreamName"]
    host = _HOST.search(name)
    return LogLine(host["host"] if host else name, event["message"], event["timestamp"] / 1000)
