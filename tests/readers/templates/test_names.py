"""Names in a template that lead nowhere, and what CloudFormation wants beyond the APIs."""

from __future__ import annotations

import pytest

from awsml import api
from awsml.errors import UsageError
from awsml.finding import Finding
from awsml.readers.templates.reading import read_template
from awsml.scenario.source import SourceText

HEAD = """\
Parameters: {Name: {Type: String, Default: a}}
Conditions: {Always: !Equals [a, a]}
Resources:
  Queue:
    Type: AWS::Batch::JobQueue
    Properties: {Priority: 1, ComputeEnvironmentOrder: [{Order: 1, ComputeEnvironment: e}]}
"""


def found(more: str, head: str = HEAD, file: str = "stack.yaml") -> list[Finding]:
    reading = read_template(SourceText(file, head + more))
    return list(api.validate_template(reading, api.Terms(target="aws")).findings)


def other(lines: str, kind: str = "AWS::SNS::Topic") -> str:
    return f"  Other:\n    Type: {kind}\n{lines}"


@pytest.mark.parametrize(
    ("more", "message", "line"),
    [
        (other("    Condition: Alway\n"), "no condition is called `Alway`", 9),
        (other("    DependsOn: [Queue, Quue]\n"), "no resource is called `Quue`", 9),
        (
            other("    Properties: {TopicName: !If [Never, a, b]}\n"),
            "no condition is called `Never`",
            9,
        ),
        (
            other("    Properties: {TopicName: !Ref Nothing}\n"),
            "nothing in this template is called `Nothing`",
            9,
        ),
        (
            other('    Properties: {TopicName: !Sub "${Name}-${Nme}-${AWS::Region}-${!Kept}"}\n'),
            "nothing in this template is called `Nme`",
            9,
        ),
        (
            "Outputs: {Arn: {Value: !GetAtt Quee.JobQueueArn}}\n",
            "nothing in this template is called `Quee`",
            7,
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_told(more: str, message: str, line: int) -> None:
    (finding,) = found(more)
    assert (finding.slug, finding.message) == ("unknown-reference", message)
    assert finding.place is not None and finding.place.line == line


@pytest.mark.parametrize(
    "more",
    [
        other("    Condition: Always\n    DependsOn: Queue\n"),
        other('    Properties: {TopicName: !Sub ["${x}-${Queue.Arn}", {x: !Ref Name}]}\n'),
        other("    Properties: {Policy: {Condition: {StringEquals: {a: b}}}}\n"),
        "Outputs: {Arn: {Condition: Always, Value: !Ref AWS::StackName}}\n",
        "Transform: Macro\nOutputs: {Arn: {Value: !Ref MadeByTheMacro}}\n",
    ],
)
def test_names_that_are_there_or_that_a_macro_may_make_are_fine(more: str) -> None:
    assert found(more) == []


def test_a_resource_is_called_by_letters_and_digits() -> None:
    (finding,) = found("  My-Topic: {Type: AWS::SNS::Topic}\n")
    assert (finding.slug, finding.hint) == ("bad-name", "call it `MyTopic`")


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("AWS::Batch::JobQueu", "did you mean `AWS::Batch::JobQueue`?"),
        ("AWS::SageMaker::Endpointconfig", "did you mean `AWS::SageMaker::EndpointConfig`?"),
        ("AWS::Serverless::Function", "add `Transform: AWS::Serverless-2016-10-31`"),
    ],
)
def test_a_type_that_is_none_is_told(kind: str, hint: str) -> None:
    (finding,) = found(other("", kind))
    assert (finding.slug, finding.hint) == ("unknown-resource-type", hint)


@pytest.mark.parametrize(
    "kind", ["AWS::SageMaker::ModelCard", "AWS::Batch::QuotaShare", "AWS::EC2::Vpcs", "Custom::X"]
)
def test_types_that_are_not_read_or_may_be_new_are_left_alone(kind: str) -> None:
    assert found(other("", kind)) == []


def messages(kind: str, properties: str) -> set[str]:
    return {each.message for each in found(other(f"    Properties: {properties}\n", kind))}


def test_what_cloudformation_wants_beyond_the_api_is_told_once() -> None:
    policy = "AWS::ApplicationAutoScaling::ScalingPolicy"
    assert messages(policy, "{}") == {
        "`Other` lacks `PolicyName`",
        "`Other` lacks `PolicyType`",
        "`Other` lacks `ScalingTargetId`",
    }
    config = "{ServiceNamespace: sagemaker, ResourceId: endpoint/e/variant/v}"
    target = "AWS::ApplicationAutoScaling::ScalableTarget"
    assert "`Other` lacks `MinCapacity`" in messages(target, config)


def test_a_member_that_is_no_property_is_told_and_one_that_stands_elsewhere() -> None:
    schedule = (
        "{ScheduleExpression: rate(1 hour), FlexibleTimeWindow: {Mode: OFF}, ClientToken: x, "
        "RetryPolicy: {MaximumRetryAttempts: 2}, Target: {Arn: 'arn:aws:sqs:us-east-1:"
        "111122223333:q', RoleArn: 'arn:aws:iam::111122223333:role/r'}}"
    )
    told = found(other(f"    Properties: {schedule}\n", "AWS::Scheduler::Schedule"))
    assert [each.slug for each in told] == ["unknown-field", "unknown-field"]
    assert "did you mean `Target.RetryPolicy`?" in [each.hint for each in told]


@pytest.mark.parametrize(
    "image",
    [
        "!Sub '{{resolve:ssm:/my/image}}'",
        "!Join ['', ['a.dkr.ecr.us-east-1.amazonaws.com/a:', '{{resolve:ssm:/tag}}']]",
    ],
)
def test_what_a_function_puts_together_may_be_read_when_the_stack_is_made(image: str) -> None:
    container = f"{{Type: container, ContainerProperties: {{Image: {image}}}}}"
    slugs = {
        each.slug
        for each in found(other(f"    Properties: {container}\n", "AWS::Batch::JobDefinition"))
    }
    assert not slugs & {"mutable-image-tag", "unrendered-placeholder", "image-not-in-ecr"}


def test_members_are_told_as_a_template_spells_them() -> None:
    environment = "{Type: MANAGED, ComputeResources: {MaxvCpus: 4}}"
    told = found(other(f"    Properties: {environment}\n", "AWS::Batch::ComputeEnvironment"))
    assert told
    for each in told:
        assert "`type`" not in each.message and "computeResources" not in f"{each.hint}"
    assert "`Other.ComputeResources` lacks `Type`" in [each.message for each in told]


def test_a_file_of_json_is_held_to_json() -> None:
    with pytest.raises(UsageError) as refused:
        found("", '{"Resources": {}, // no\n}', "stack.json")
    assert refused.value.slug == "unreadable-json"
