"""How an endpoint on AWS stands: its status, and whether it is still there."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from awsml.aws.refusals import AwsRefused, is_absent
from awsml.aws.session import Aws
from awsml.backends.aws.follow import Followed, Known
from awsml.backends.aws.logs import past_lines
from awsml.errors import UsageError
from awsml.events import Event, Finished, LogLine, PhaseChanged


class EndpointWatch:
    """A look is one DescribeEndpoint; an endpoint that is gone was deleted."""

    def __init__(self, aws: Aws, name: str, clock: Callable[[], float]) -> None:
        self._aws, self._name, self._clock = aws, name, clock
        self._told = ""

    def look(self) -> Sequence[Event]:
        try:
            query = {"EndpointName": self._name}
            described = self._aws.call("sagemaker", "DescribeEndpoint", query)
        except AwsRefused as refused:
            if is_absent(refused):
                return [Finished("Stopped", "deleted", self._clock())]
            raise
        status = str(described["EndpointStatus"])
        if status == "Failed":
            reason = described.get("FailureReason", "AWS gave no reason")
            return [Finished("Failed", str(reason), self._clock())]
        if status == self._told:
            return []
        self._told = status
        return [PhaseChanged(status, self._clock())]


def watch_endpoint(
    aws: Aws, remote: Mapping[str, Any], _: Callable[[float], None], __: Known
) -> EndpointWatch:
    return EndpointWatch(aws, remote["name"], time.time)


def stop_endpoint(_: Aws, remote: Mapping[str, Any]) -> None:
    raise UsageError(
        "an endpoint is not stopped but deleted",
        hint=f"awsml endpoint delete {remote['name']} --on aws",
        slug="nothing-to-stop",
    )


def endpoint_lines(
    aws: Aws, remote: Mapping[str, Any], since: float | None, tail: int | None
) -> list[LogLine]:
    return past_lines(aws, f"/aws/sagemaker/Endpoints/{remote['name']}", "", since, tail)


ENDPOINT = Followed(watch_endpoint, stop_endpoint, endpoint_lines)
