"""A CloudFormation stack: what a change would do, doing it, and taking it away again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from awsml.aws.refusals import AwsRefused
from awsml.aws.session import Aws
from awsml.backends.aws.stack_changes import Change, Changes, change_of
from awsml.backends.aws.stack_operation import (
    LOOK_SECONDS,
    Operation,
    StackFailed,
    hint_for,
    running_token,
)
from awsml.errors import UsageError

_LARGEST_BODY = 51_200  # bytes that a request may carry of a template
_NOTHING = ("didn't contain changes", "No updates are to be performed")
_LOOKS = 5  # until a stack shows what it is busy with
_EMPTY = "REVIEW_IN_PROGRESS"  # a change set was made for it, and nothing else
# A first creation that failed leaves a stack that can only be deleted; the last one of these
# can be neither changed nor deleted before a person has decided.
_DEAD = frozenset(
    {
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "CREATE_FAILED",
        "DELETE_FAILED",
        "UPDATE_ROLLBACK_FAILED",
    }
)


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

    def template(self) -> str:
        """What was deployed last; empty where there is nothing, or nobody may look."""
        query = {"StackName": self.name, "TemplateStage": "Original"}
        try:
            body = self.aws.call("cloudformation", "GetTemplate", query).get("TemplateBody")
        except AwsRefused:
            return ""
        return body if isinstance(body, str) else ""

    def settled(self) -> Iterator[str]:
        """Waits for what another deploy, or one that was killed, has set going."""
        found = self._described()
        if found is None or not _busy(str(found["StackStatus"])):
            return
        yield f"{self.name} is {found['StackStatus']} from an earlier command; waiting for its end"
        token = running_token(self.aws, found["StackId"])
        if token is not None:
            yield from self._operation(found, token).lines()
        while _busy(self.status()):
            self.sleep(LOOK_SECONDS)

    def prepare(self, template: str, parameters: Mapping[str, str], token: str) -> Changes:
        """A change set under a name of its own; nothing is made before it is executed."""
        if len(template.encode()) > _LARGEST_BODY:
            raise UsageError(
                f"the template has more than {_LARGEST_BODY} bytes",
                hint="write it with `awsml export -o cfn=FILE` and deploy it from S3",
                slug="template-too-large",
            )
        status = self.status()
        if status in _DEAD:
            raise StackFailed(
                f"the stack {self.name} is {status} and cannot be changed", hint=hint_for(status)
            )
        creating = status in ("", _EMPTY)
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
        found = self._described()
        if changes.set is None or found is None:
            return
        query = {"StackName": self.name, "ChangeSetName": changes.set}
        asked = f"awsml-{token}"
        try:
            self.aws.call(
                "cloudformation", "ExecuteChangeSet", {**query, "ClientRequestToken": asked}
            )
        except AwsRefused as refused:
            if refused.code != "InvalidChangeSetStatus":
                raise
            yield from self._overtaken(found, asked)
        yield from self._operation(found, asked).lines()

    def _overtaken(self, found: Mapping[str, Any], asked: str) -> Iterator[str]:
        """The stack is busy: with this very change set, when only the answer to it was lost.

        With anything else it is another command's change, of which nothing was to be seen when
        this one was prepared.
        """
        for _ in range(_LOOKS):
            token = running_token(self.aws, found["StackId"])
            if token == asked:
                return
            if token is not None and _busy(self.status()):
                break
            self.sleep(LOOK_SECONDS)
        yield from self.settled()
        raise StackFailed(
            f"another command changed the stack {self.name} at the same time",
            hint="see what is left to change: awsml batch deploy",
        )

    def discard(self, changes: Changes) -> None:
        """Drops a change set that nobody wants; a stack that was never made goes with it."""
        if changes.set is not None:
            self._drop(changes.set)

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
        asked = f"awsml-{token}"
        query = {"StackName": self.name, "ClientRequestToken": asked}
        self.aws.call("cloudformation", "DeleteStack", query)
        if found["StackStatus"] == _EMPTY:
            return  # nothing was in it, and no event tells of its end
        yield from self._operation(found, asked).lines()

    def _ready(self, name: str, creating: bool) -> Changes:
        query = {"StackName": self.name, "ChangeSetName": name, "IncludePropertyValues": True}
        while True:
            answer = self.aws.call("cloudformation", "DescribeChangeSet", query)
            status, reason = answer["Status"], str(answer.get("StatusReason", ""))
            if status == "CREATE_COMPLETE":
                return Changes(name, self._changes(query, answer), creating)
            if status == "FAILED":
                self._drop(name)
                if any(text in reason for text in _NOTHING):
                    return Changes(None, (), creating)
                raise StackFailed(f"CloudFormation refuses the change: {reason}")
            self.sleep(LOOK_SECONDS)

    def _changes(self, query: Mapping[str, Any], answer: Mapping[str, Any]) -> tuple[Change, ...]:
        rows = list(answer.get("Changes", ()))
        while token := answer.get("NextToken"):
            answer = self.aws.call(
                "cloudformation", "DescribeChangeSet", {**query, "NextToken": token}
            )
            rows += answer.get("Changes", ())
        return tuple(change_of(row["ResourceChange"]) for row in rows if "ResourceChange" in row)

    def _drop(self, change_set: str) -> None:
        query = {"StackName": self.name, "ChangeSetName": change_set}
        self.aws.call("cloudformation", "DeleteChangeSet", query)
        if self.status() == _EMPTY:
            self.aws.call("cloudformation", "DeleteStack", {"StackName": self.name})

    def _operation(self, found: Mapping[str, Any], token: str) -> Operation:
        return Operation(self.aws, self.name, str(found["StackId"]), token, self.sleep)

    def _described(self) -> dict[str, Any] | None:
        try:
            query = {"StackName": self.name}
            stacks = self.aws.call("cloudformation", "DescribeStacks", query)["Stacks"]
        except AwsRefused as refused:
            if "does not exist" in refused.detail:
                return None
            raise
        return dict(stacks[0]) if stacks else None


def _busy(status: str) -> bool:
    return status.endswith("_IN_PROGRESS") and status != _EMPTY
