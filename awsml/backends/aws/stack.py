"""A CloudFormation stack: what a change would do, doing it, and taking it away again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from awsml.aws.refusals import AwsRefused
from awsml.aws.session import Aws
from awsml.errors import BackendError, UsageError

_LARGEST_BODY = 51_200  # bytes that a request may carry of a template
_LOOK_SECONDS = 3.0
_NOTHING = ("didn't contain changes", "No updates are to be performed")
_NEW = ("", "REVIEW_IN_PROGRESS")
# A first creation that failed leaves a stack that can only be deleted.
_DEAD = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"})


class StackFailed(BackendError):
    """CloudFormation could not make, change or delete the stack."""

    slug = "stack-failed"


@dataclass(frozen=True, slots=True)
class Change:
    """What would happen to one resource; `causes` are paths with the value before and after."""

    action: str  # Add, Modify, Remove
    name: str
    type: str
    replacement: str | None
    causes: tuple[tuple[str, str | None, str | None], ...] = ()

    @property
    def loses(self) -> bool:
        """Whether something that exists goes away."""
        return self.action == "Remove" or self.replacement == "True"


@dataclass(frozen=True, slots=True)
class Changes:
    """A change set that waits to be executed; without changes there is none."""

    set: str | None
    changes: tuple[Change, ...]
    creating: bool


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack by name."""

    aws: Aws
    name: str
    sleep: Callable[[float], None] = time.sleep

    def status(self) -> str:
        """AWS's word for how it stands; empty where there is none."""
        found = self._described()
        return str(found["StackStatus"]) if found else ""

    def prepare(self, template: str, parameters: Mapping[str, str], token: str) -> Changes:
        """A change set under a name of its own, so that asking again makes no second one."""
        if len(template.encode()) > _LARGEST_BODY:
            raise UsageError(
                f"the template has more than {_LARGEST_BODY} bytes",
                hint="write it with `awsml export -o cfn=FILE` and deploy it from S3",
                slug="template-too-large",
            )
        status = self.status()
        if status in _DEAD:
            raise StackFailed(
                f"the stack {self.name} is {status} and cannot be changed",
                hint="remove it first: awsml batch destroy",
            )
        creating = status in _NEW
        name = f"awsml-{token}"
        self.aws.call(
            "cloudformation",
            "CreateChangeSet",
            {
                "StackName": self.name,
                "ChangeSetName": name,
                "ChangeSetType": "CREATE" if creating else "UPDATE",
                "TemplateBody": template,
                "Parameters": [
                    {"ParameterKey": key, "ParameterValue": value}
                    for key, value in parameters.items()
                ],
                "Capabilities": ["CAPABILITY_NAMED_IAM"],
                "ClientToken": name,
            },
        )
        return self._ready(name, creating)

    def execute(self, changes: Changes, token: str) -> Iterator[str]:
        """Makes the changes; a line for each resource as it comes, an error where one fails."""
        if changes.set is None:
            return
        before = {event["EventId"] for event in self._events()}
        self.aws.call(
            "cloudformation",
            "ExecuteChangeSet",
            {
                "StackName": self.name,
                "ChangeSetName": changes.set,
                "ClientRequestToken": f"awsml-{token}",
            },
        )
        yield from self._until_done(before, self.name)

    def discard(self, changes: Changes) -> None:
        """Drops a change set that nobody wants; a stack that was never made goes with it."""
        if changes.set is None:
            return
        query = {"StackName": self.name, "ChangeSetName": changes.set}
        self.aws.call("cloudformation", "DeleteChangeSet", query)
        if self.status() == "REVIEW_IN_PROGRESS":
            self.aws.call("cloudformation", "DeleteStack", {"StackName": self.name})

    def resources(self) -> list[tuple[str, str]]:
        """Logical name and type of everything in it."""
        rows = self.aws.pages(
            "cloudformation",
            "ListStackResources",
            {"StackName": self.name},
            "StackResourceSummaries",
        )
        return [
            (row["LogicalResourceId"], row["ResourceType"])
            for row in rows
            if row.get("ResourceStatus") != "DELETE_COMPLETE"
        ]

    def delete(self, token: str) -> Iterator[str]:
        found = self._described()
        if found is None:
            return
        before = {event["EventId"] for event in self._events()}
        query = {"StackName": self.name, "ClientRequestToken": f"awsml-{token}"}
        self.aws.call("cloudformation", "DeleteStack", query)
        # A deleted stack is found by its id only.
        yield from self._until_done(before, str(found["StackId"]))

    def _ready(self, name: str, creating: bool) -> Changes:
        query = {"StackName": self.name, "ChangeSetName": name, "IncludePropertyValues": True}
        while True:
            answer = self.aws.call("cloudformation", "DescribeChangeSet", query)
            status, reason = answer["Status"], str(answer.get("StatusReason", ""))
            if status == "CREATE_COMPLETE":
                return Changes(name, self._changes(query, answer), creating)
            if status == "FAILED":
                drop = {"StackName": self.name, "ChangeSetName": name}
                self.aws.call("cloudformation", "DeleteChangeSet", drop)
                if any(text in reason for text in _NOTHING):
                    return Changes(None, (), creating)
                raise StackFailed(f"CloudFormation refuses the change: {reason}")
            self.sleep(_LOOK_SECONDS)

    def _changes(self, query: Mapping[str, Any], answer: Mapping[str, Any]) -> tuple[Change, ...]:
        rows = list(answer.get("Changes", ()))
        while token := answer.get("NextToken"):
            answer = self.aws.call(
                "cloudformation", "DescribeChangeSet", {**query, "NextToken": token}
            )
            rows += answer.get("Changes", ())
        return tuple(_change(row["ResourceChange"]) for row in rows if "ResourceChange" in row)

    def _until_done(self, seen: set[str], stack: str) -> Iterator[str]:
        failed: list[str] = []
        while True:
            found = self._described(stack)
            status = str(found["StackStatus"]) if found else "DELETE_COMPLETE"
            for event in reversed(self._events(stack)):
                if event["EventId"] in seen:
                    continue
                seen.add(event["EventId"])
                line = _event_line(event)
                if event["ResourceStatus"].endswith("_FAILED"):
                    failed.append(line)
                yield line
            if not status.endswith("_IN_PROGRESS"):
                break
            self.sleep(_LOOK_SECONDS)
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"):
            why = failed[0] if failed else "CloudFormation gave no reason"
            raise StackFailed(
                f"the stack {self.name} is {status}: {why}",
                hint="what the first failed resource says is the cause; then deploy again",
            )

    def _described(self, stack: str | None = None) -> dict[str, Any] | None:
        try:
            query = {"StackName": stack or self.name}
            stacks = self.aws.call("cloudformation", "DescribeStacks", query)["Stacks"]
        except AwsRefused as refused:
            if "does not exist" in refused.detail:
                return None
            raise
        return dict(stacks[0]) if stacks else None

    def _events(self, stack: str | None = None) -> list[dict[str, Any]]:
        """Newest first, one page: what happens between two looks is less."""
        try:
            query = {"StackName": stack or self.name}
            answer = self.aws.call("cloudformation", "DescribeStackEvents", query)
        except AwsRefused as refused:
            if "does not exist" in refused.detail:
                return []
            raise
        return list(answer["StackEvents"])


def _change(row: Mapping[str, Any]) -> Change:
    causes = []
    for detail in row.get("Details", ()):
        target = detail.get("Target", {})
        path = target.get("Path") or target.get("Name") or target.get("Attribute", "")
        causes.append((str(path), target.get("BeforeValue"), target.get("AfterValue")))
    return Change(
        row["Action"],
        row["LogicalResourceId"],
        row["ResourceType"],
        row.get("Replacement"),
        tuple(dict.fromkeys(causes)),
    )


def _event_line(event: Mapping[str, Any]) -> str:
    reason = event.get("ResourceStatusReason")
    line = f"{event['LogicalResourceId']} {event['ResourceStatus']}"
    return f"{line}: {reason}" if reason else line
