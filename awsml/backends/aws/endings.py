"""Schedules that delete an endpoint when its time is over.

One that an earlier deployment made would end a later one of the same name, so each deployment and
each deletion takes the others away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from awsml.aws.refusals import AwsRefused
from awsml.aws.session import Aws
from awsml.events import Event, Note
from awsml.kinds.endpoint.compile import ending_prefix


def dropped_endings(aws: Aws, endpoint: str, kept: str | None = None) -> Iterator[Event]:
    """All but the one that is kept. Who may not look at schedules has made none."""
    try:
        query = {"NamePrefix": ending_prefix(endpoint)}
        found = list(aws.pages("scheduler", "ListSchedules", query, "Schedules"))
        for each in found:
            key = {"Name": each["Name"], "GroupName": each["GroupName"]}
            if each["Name"] == kept or _ended_by(aws, key) != endpoint:
                continue
            aws.call("scheduler", "DeleteSchedule", key)
            yield Note(f"deleted the schedule {each['Name']}, which would have ended {endpoint}")
    except AwsRefused as refused:
        yield Note(f"schedules that would end {endpoint} were not looked for: {refused.message}")


def _ended_by(aws: Aws, key: dict[str, str]) -> str | None:
    """The endpoint that a schedule deletes; names of schedules are cut, so they do not tell."""
    target = aws.call("scheduler", "GetSchedule", key).get("Target", {})
    try:
        asked = json.loads(target.get("Input", ""))
    except ValueError:
        return None
    return asked.get("EndpointName") if isinstance(asked, dict) else None
