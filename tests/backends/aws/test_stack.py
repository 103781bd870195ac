"""A stack's life against answers that AWS documents: a strict script of calls, in order."""

from __future__ import annotations

import pytest

from awsml.aws.refusals import AwsSilent, refusal
from awsml.backends.aws.stack import Stack
from awsml.backends.aws.stack_operation import StackFailed
from awsml.backends.aws.surroundings import NoDefaultNetwork, default_network
from awsml.errors import BackendError, UsageError
from awsml.render.stack import changes_text


class Scripted:
    """Answers calls in the order written, and refuses any other."""

    region = "us-east-1"

    def __init__(self, *steps):
        self.steps = list(steps)
        self.sent = []

    def call(self, service, operation, params):
        assert self.steps, f"nobody expected {operation}"
        wanted, answer = self.steps.pop(0)
        assert operation == wanted
        self.sent.append((operation, params))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def pages(self, service, operation, params, key):
        yield from self.call(service, operation, params)[key]


ABSENT = refusal("ValidationError", "Stack with id awsml-x does not exist", "DescribeStacks")


def stands(status):
    return "DescribeStacks", {"Stacks": [{"StackStatus": status, "StackId": "arn:stack/1"}]}


def change(action, name, **more):
    row = {"Action": action, "LogicalResourceId": name, "ResourceType": "AWS::Batch::JobQueue"}
    return {"ResourceChange": {**row, **more}}


def event(number, name, status, reason=None, token="awsml-t"):
    found = {"EventId": str(number), "LogicalResourceId": name, "ResourceStatus": status}
    found |= {"ClientRequestToken": token}
    found |= {"PhysicalResourceId": "arn:stack/1" if name == "awsml-x" else f"physical-{name}"}
    return {**found, "ResourceStatusReason": reason} if reason else found


def tells(*events):
    return "DescribeStackEvents", {"StackEvents": list(events)}


def prepared(*steps):
    aws = Scripted(*steps)
    return aws, Stack(aws, "awsml-x", lambda _: None).prepare("{}", {"A": "1"}, "t")


def test_a_new_stack_is_a_change_set_of_type_create():
    aws, changes = prepared(
        ("DescribeStacks", ABSENT),
        ("CreateChangeSet", {}),
        ("DescribeChangeSet", {"Status": "CREATE_PENDING"}),
        ("DescribeChangeSet", {"Status": "CREATE_COMPLETE", "Changes": [change("Add", "Queue")]}),
    )
    assert changes.creating and changes.set == "awsml-t"
    sent = aws.sent[1][1]
    assert sent["ChangeSetType"] == "CREATE"
    assert sent["Capabilities"] == ["CAPABILITY_NAMED_IAM"]
    assert "make Queue (Batch JobQueue)" in changes_text("awsml-x", changes, 80)


def test_the_same_again_changes_nothing_and_leaves_no_change_set():
    reason = "The submitted information didn't contain changes."
    aws, changes = prepared(
        stands("UPDATE_COMPLETE"),
        ("CreateChangeSet", {}),
        ("DescribeChangeSet", {"Status": "FAILED", "StatusReason": reason}),
        ("DeleteChangeSet", {}),
        stands("UPDATE_COMPLETE"),
    )
    assert changes.set is None
    aws.steps.append(stands("UPDATE_COMPLETE"))
    assert list(Stack(aws, "awsml-x").execute(changes, "t")) == []
    assert aws.steps == []


def test_a_change_is_told_with_what_was_before_and_what_is_lost():
    target = {"Path": "/Properties/Priority", "BeforeValue": "1", "AfterValue": "2"}
    row = change("Modify", "Queue", Replacement="True", Details=[{"Target": target}])
    _, changes = prepared(
        stands("CREATE_COMPLETE"),
        ("CreateChangeSet", {}),
        ("DescribeChangeSet", {"Status": "CREATE_COMPLETE", "Changes": [row], "NextToken": "n"}),
        ("DescribeChangeSet", {"Status": "CREATE_COMPLETE", "Changes": [change("Remove", "B")]}),
    )
    text = changes_text("awsml-x", changes, 80)
    assert "change Queue (Batch JobQueue) by replacing it" in text
    assert "/Properties/Priority: 1 -> 2" in text
    assert "delete B" in text and "is lost" in text


def test_a_refused_change_is_an_error_in_cloudformation_s_words():
    with pytest.raises(StackFailed, match="Template format error"):
        prepared(
            stands("CREATE_COMPLETE"),
            ("CreateChangeSet", {}),
            ("DescribeChangeSet", {"Status": "FAILED", "StatusReason": "Template format error"}),
            ("DeleteChangeSet", {}),
            stands("CREATE_COMPLETE"),
        )


def test_a_stack_whose_creation_failed_has_to_go_first():
    with pytest.raises(StackFailed) as caught:
        prepared(stands("ROLLBACK_COMPLETE"))
    assert "awsml batch destroy" in caught.value.hint


def test_too_large_a_template_is_refused_before_anything_is_asked():
    with pytest.raises(UsageError, match="51200 bytes"):
        Stack(Scripted(), "awsml-x").prepare("x" * 51_201, {}, "t")


def executed(*steps):
    """Lines of executing a change set, up to the error if there is one."""
    _, changes = prepared(
        ("DescribeStacks", ABSENT),
        ("CreateChangeSet", {}),
        ("DescribeChangeSet", {"Status": "CREATE_COMPLETE"}),
    )
    aws, told = Scripted(stands("REVIEW_IN_PROGRESS"), *steps), []
    try:
        for line in Stack(aws, "awsml-x", lambda _: None).execute(changes, "t"):
            told.append(line)
    except BackendError as error:
        return told, error
    assert aws.steps == []
    return told, None


def test_executing_tells_each_event_once_and_the_cause_of_a_failure():
    old = event(1, "Old", "CREATE_COMPLETE", token="earlier")
    began = event(2, "awsml-x", "CREATE_IN_PROGRESS", "User Initiated")
    made = event(3, "Queue", "CREATE_IN_PROGRESS")
    other = event(4, "Role", "CREATE_FAILED", "Resource creation cancelled")
    failed = event(5, "Queue", "CREATE_FAILED", "quota")
    end = event(6, "awsml-x", "ROLLBACK_COMPLETE")
    told, error = executed(
        ("ExecuteChangeSet", {}),
        tells(made, began, old),
        tells(end, failed, other, made, began, old),
    )
    assert str(error) == "the stack awsml-x is ROLLBACK_COMPLETE: Queue CREATE_FAILED: quota"
    assert "awsml batch destroy" in error.hint
    assert told == [
        "awsml-x CREATE_IN_PROGRESS: User Initiated",
        "Queue CREATE_IN_PROGRESS",
        "Role CREATE_FAILED: Resource creation cancelled",
        "Queue CREATE_FAILED: quota",
        "awsml-x ROLLBACK_COMPLETE",
    ]


def test_a_status_that_lags_behind_is_not_taken_for_the_end():
    """Right after the request the stack still has the end of its last operation."""
    before = event(1, "awsml-x", "UPDATE_COMPLETE", token="earlier")
    end = event(2, "awsml-x", "UPDATE_COMPLETE")
    told, error = executed(("ExecuteChangeSet", {}), tells(before), tells(end, before))
    assert (told, error) == (["awsml-x UPDATE_COMPLETE"], None)


def test_an_answer_that_was_lost_on_the_way_is_no_failure():
    lost = refusal("InvalidChangeSetStatus", "cannot be executed", "ExecuteChangeSet")
    end = event(2, "awsml-x", "CREATE_COMPLETE")
    told, error = executed(("ExecuteChangeSet", lost), tells(end), tells(end))
    assert (told, error) == (["awsml-x CREATE_COMPLETE"], None)


def test_a_change_that_another_command_makes_meanwhile_is_not_taken_for_this_one():
    busy = refusal("InvalidChangeSetStatus", "cannot be executed", "ExecuteChangeSet")
    end = event(2, "awsml-x", "CREATE_COMPLETE", token="another")
    _, error = executed(
        ("ExecuteChangeSet", busy),
        tells(end),
        stands("CREATE_IN_PROGRESS"),
        stands("CREATE_IN_PROGRESS"),
        tells(end),
        tells(end),
        stands("CREATE_COMPLETE"),
    )
    assert "another command" in str(error)


def test_a_look_that_fails_says_nothing_about_the_stack():
    _, error = executed(("ExecuteChangeSet", {}), ("DescribeStackEvents", AwsSilent("broke")))
    assert error.slug == "aws-lost-sight" and "awsml batch deploy" in error.hint


def test_an_operation_of_which_nothing_is_seen_is_not_waited_for_without_end():
    silence = [("DescribeStackEvents", {"StackEvents": []})] * 200
    _, error = executed(("ExecuteChangeSet", {}), *silence)
    assert error.slug == "aws-lost-sight"


def test_discarding_a_first_change_set_leaves_no_empty_stack():
    _, changes = prepared(
        ("DescribeStacks", ABSENT),
        ("CreateChangeSet", {}),
        ("DescribeChangeSet", {"Status": "CREATE_COMPLETE"}),
    )
    aws = Scripted(("DeleteChangeSet", {}), stands("REVIEW_IN_PROGRESS"), ("DeleteStack", {}))
    Stack(aws, "awsml-x").discard(changes)
    assert aws.steps == []


def test_deleting_follows_by_id_until_it_is_gone():
    aws = Scripted(
        stands("CREATE_COMPLETE"),
        ("DeleteStack", {}),
        tells(event(8, "Queue", "DELETE_COMPLETE")),
        tells(event(9, "awsml-x", "DELETE_COMPLETE"), event(8, "Queue", "DELETE_COMPLETE")),
    )
    told = list(Stack(aws, "awsml-x", lambda _: None).delete("t"))
    assert told == ["Queue DELETE_COMPLETE", "awsml-x DELETE_COMPLETE"]
    assert aws.sent[2][1] == {"StackName": "arn:stack/1"}


def test_deleting_what_is_not_there_is_nothing():
    assert list(Stack(Scripted(("DescribeStacks", ABSENT)), "awsml-x").delete("t")) == []


def test_the_default_network_is_found():
    aws = Scripted(
        ("DescribeVpcs", {"Vpcs": [{"VpcId": "vpc-1"}]}),
        ("DescribeSubnets", {"Subnets": [{"SubnetId": "subnet-b"}, {"SubnetId": "subnet-a"}]}),
        ("DescribeSecurityGroups", {"SecurityGroups": [{"GroupId": "sg-1"}]}),
    )
    assert default_network(aws) == {"Subnets": "subnet-a,subnet-b", "SecurityGroups": "sg-1"}
    with pytest.raises(NoDefaultNetwork):
        default_network(Scripted(("DescribeVpcs", {"Vpcs": []})))
