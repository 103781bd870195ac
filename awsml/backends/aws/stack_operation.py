"""One operation of a stack, from the request to its last event."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from awsml.aws.refusals import AwsNotSent, AwsRefused, AwsSilent
from awsml.aws.session import Aws
from awsml.backends.aws.follow import LostSight
from awsml.errors import BackendError

LOOK_SECONDS = 3.0
_PATIENCE_SECONDS = 300.0  # for the first event of an operation that was accepted
_WELL = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "DELETE_COMPLETE"})
# CloudFormation's word for resources that fail because another one did.
_FOLLOWS = "Resource creation cancelled", "Resource update cancelled"

Event = Mapping[str, Any]


class StackFailed(BackendError):
    """CloudFormation could not make, change or delete the stack."""

    slug = "stack-failed"


@dataclass(frozen=True, slots=True)
class Operation:
    """What one request set going. `stack` is the id: a deleted stack has no name any more.

    Every event of it carries its token, so neither an earlier operation is taken for this one,
    nor a status that lags behind the request for its end.
    """

    aws: Aws
    name: str
    stack: str
    token: str
    sleep: Callable[[float], None] = time.sleep

    def lines(self) -> Iterator[str]:
        """A line for each event as it comes; an error where the operation failed."""
        told: set[str] = set()
        failures: list[Event] = []
        waited = 0.0
        while True:
            for event in self._fresh(told):
                if event["ResourceStatus"].endswith("_FAILED") and not self._is_whole(event):
                    failures.append(event)
                yield _line(event)
                if self._is_end(event):
                    return self._ended(event, failures)
            if not told and waited > _PATIENCE_SECONDS:
                raise LostSight(
                    f"CloudFormation shows no event of what was asked of the stack {self.name}",
                    hint="ask again: awsml batch deploy",
                )
            self.sleep(LOOK_SECONDS)
            waited += LOOK_SECONDS

    def _fresh(self, told: set[str]) -> list[Event]:
        """Events of this operation not told yet, oldest first."""
        try:
            found = [
                e for e in events(self.aws, self.stack, self.token) if e["EventId"] not in told
            ]
        except (AwsSilent, AwsNotSent) as error:
            raise LostSight(
                f"{error.message}; CloudFormation goes on with the stack {self.name} unseen",
                hint="see it to its end: awsml batch deploy",
            ) from error
        told.update(event["EventId"] for event in found)
        return found[::-1]

    def _is_whole(self, event: Event) -> bool:
        """Whether it is about the stack itself."""
        return bool(event.get("PhysicalResourceId") == self.stack)

    def _is_end(self, event: Event) -> bool:
        return self._is_whole(event) and not event["ResourceStatus"].endswith("_IN_PROGRESS")

    def _ended(self, event: Event, failures: list[Event]) -> None:
        status = event["ResourceStatus"]
        if status in _WELL:
            return
        first = [e for e in failures if not e.get("ResourceStatusReason", "").startswith(_FOLLOWS)]
        why = _line((first or failures or [event])[0])
        raise StackFailed(f"the stack {self.name} is {status}: {why}", hint=hint_for(status))


def hint_for(status: str) -> str:
    """What to do with a stack that is left like that."""
    if status == "UPDATE_ROLLBACK_FAILED":
        return "aws cloudformation continue-update-rollback --stack-name NAME, then deploy again"
    if status == "DELETE_FAILED":
        return "mend what the resource says, then again: awsml batch destroy"
    if status == "UPDATE_ROLLBACK_COMPLETE":
        return "the stack is as it was; mend the cause, then: awsml batch deploy"
    return "mend the cause, then: awsml batch destroy && awsml batch deploy"


def events(aws: Aws, stack: str, token: str) -> list[Event]:
    """Of one operation, newest first; what came before it is not read."""
    found: list[Event] = []
    for event in _all_events(aws, stack):
        if event.get("ClientRequestToken") == token:
            found.append(event)
        elif found:
            break
    return found


def running_token(aws: Aws, stack: str) -> str | None:
    """The token of the operation that a stack is busy with; some that others begin have none."""
    newest = next(_all_events(aws, stack), None)
    return None if newest is None else newest.get("ClientRequestToken")


def _all_events(aws: Aws, stack: str) -> Iterator[Event]:
    try:
        query = {"StackName": stack}
        yield from aws.pages("cloudformation", "DescribeStackEvents", query, "StackEvents")
    except AwsRefused as refused:
        if "does not exist" not in refused.detail:
            raise


def _line(event: Event) -> str:
    reason = event.get("ResourceStatusReason")
    line = f"{event['LogicalResourceId']} {event['ResourceStatus']}"
    return f"{line}: {reason}" if reason else line
