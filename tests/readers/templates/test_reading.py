"""CloudFormation templates become the calls that CloudFormation would make of them."""

from __future__ import annotations

from typing import Any

import pytest

from awsml.errors import UsageError
from awsml.plan import Call, Ref, Text, Unknown
from awsml.readers.templates.reading import Reading, read_template
from awsml.readers.templates.template import looks_like_template
from awsml.scenario.source import SourceText

HEAD = 'AWSTemplateFormatVersion: "2010-09-09"\n'


def reading(text: str, region: str | None = None) -> Reading:
    return read_template(SourceText("t.yaml", text), region=region)


def calls(text: str, region: str | None = None) -> dict[str, Call]:
    return {call.id or "": call for call in reading(text, region).variants[0].plan.calls}


def value(written: str, more: str = "", region: str | None = None) -> Any:
    """What an image, a text of the API, comes to."""
    text = f"""\
{more}
Resources:
  Model:
    Type: AWS::SageMaker::Model
    Properties: {{PrimaryContainer: {{Image: {written}}}}}
  Bucket: {{Type: AWS::S3::Bucket}}
  Named: {{Type: AWS::SageMaker::Endpoint, Properties: {{EndpointName: detector}}}}
"""
    return calls(text, region)["Model"].params["PrimaryContainer"].get("Image")


PARAMETERS = """\
Parameters:
  Tag: {Type: String, Default: "1.10"}
  Names: {Type: CommaDelimitedList, Default: "a, b"}
  Open: {Type: String}
Mappings: {Images: {cpu: {small: tiny}}}
Conditions:
  Yes: !Equals [!Ref Tag, "1.10"]
  No: !Not [!Condition Yes]
  Both: !And [!Condition Yes, !Condition No]
  Later: !Equals [!Ref AWS::StackName, x]
"""


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("plain", "plain"),
        ("!Ref Tag", "1.10"),
        ("{Ref: Tag}", "1.10"),
        ("!Sub 'x:${Tag}-${!Literal}'", "x:1.10-${Literal}"),
        ("!Sub ['${A}/${Tag}', {A: !Ref Tag}]", "1.10/1.10"),
        ("!Join ['-', [a, !Ref Tag, !Ref AWS::NoValue]]", "a-1.10"),
        ("!Join ['+', !Ref Names]", "a+b"),
        ("!Select [1, !Ref Names]", "b"),
        ("!Select ['1', !Split ['/', 'x/y']]", "y"),
        ("!FindInMap [Images, cpu, small]", "tiny"),
        ("!If [Yes, a, b]", "a"),
        ("!If [No, a, b]", "b"),
        ("!If [Both, a, !If [Yes, c, d]]", "c"),
        ("!If [No, a, !Ref AWS::NoValue]", None),
        ("!Base64 hi", "aGk="),
        ("!Ref Bucket", Ref("Bucket.BucketName")),
        ("!GetAtt Bucket.Arn", Ref("Bucket.Arn")),
        ("!GetAtt [Bucket, Arn]", Ref("Bucket.Arn")),
        ("!GetAtt Named.EndpointName", "detector"),
        ("!Sub 'x/${Bucket}'", Text(("x/", Ref("Bucket.BucketName")))),
        ("!Ref AWS::AccountId", Ref("account")),
    ],
)
def test_functions_come_to_what_the_deployment_would_make(written: str, wanted: Any) -> None:
    assert value(written, PARAMETERS) == wanted


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("!Ref Open", "the parameter Open has no default"),
        ("!Sub 'x-${Open}'", "the parameter Open has no default"),
        ("!ImportValue other", "Fn::ImportValue is worked out"),
        ("!Select [0, !GetAZs '']", "Fn::GetAZs is worked out"),
        ("!FindInMap [Images, gpu, small]", "holds no gpu.small"),
        ("!FindInMap [Images, !Ref AWS::Region, small]", "when the stack is made"),
        ("!If [Later, a, b]", "the condition Later is known when"),
        ("'{{resolve:ssm:/image:1}}'", "is read when the stack is made"),
        ("!Select [7, !Ref Names]", "number 7 of 2"),
    ],
)
def test_what_only_a_deployment_knows_is_unknown_for_a_reason(written: str, reason: str) -> None:
    found = value(written, PARAMETERS)
    assert isinstance(found, Unknown)
    assert reason in found.reason


def test_a_region_that_is_named_is_used() -> None:
    assert value("!Sub '${AWS::Region}.${AWS::URLSuffix}'", region="eu-west-1") == (
        "eu-west-1.amazonaws.com"
    )
    assert value("!Sub '${AWS::Partition}'", region="cn-north-1") == "aws-cn"


def test_properties_become_members_with_the_type_that_the_api_has() -> None:
    text = """\
Resources:
  Gpu:
    Type: AWS::Batch::ComputeEnvironment
    Properties:
      Type: MANAGED
      ReplaceComputeEnvironment: false
      Tags: {team: vision}
      ComputeResources: {Type: EC2, MaxvCpus: "16", InstanceTypes: [g5], SecurityGroupIds: [sg-1]}
"""
    call = calls(text)["Gpu"]
    assert call.api == "batch:CreateComputeEnvironment"
    assert call.params["computeResources"]["maxvCpus"] == 16
    assert call.params["tags"] == {"team": "vision"}
    assert call.params["computeEnvironmentName"] == Ref("Gpu.ComputeEnvironmentName")
    assert call.besides["ReplaceComputeEnvironment"] == "false"
    origin = call.origins["computeResources.instanceTypes[0]"]
    assert origin.field == "Gpu.ComputeResources.InstanceTypes[0]"
    assert origin.place is not None and (origin.place.line, origin.place.column) == (8, 69)


def test_targets_and_scheduled_actions_are_calls_of_their_own() -> None:
    text = """\
Resources:
  Nightly:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: cron(0 3 * * ? *)
      Targets: [{Id: job, Arn: "arn:aws:lambda:us-east-1:111122223333:function:x"}]
  Target:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      ServiceNamespace: sagemaker
      ResourceId: endpoint/e/variant/v
      ScalableDimension: sagemaker:variant:DesiredInstanceCount
      MinCapacity: 1
      MaxCapacity: 2
      ScheduledActions: [{ScheduledActionName: night, Schedule: "cron(0 22 * * ? *)"}]
  Policy:
    Type: AWS::ApplicationAutoScaling::ScalingPolicy
    Properties: {PolicyName: p, PolicyType: TargetTrackingScaling, ScalingTargetId: !Ref Target}
"""
    plan = reading(text).variants[0].plan
    targets, action, policy = (
        plan.call(name) for name in ("PutTargets", "PutScheduledAction", "PutScalingPolicy")
    )
    assert targets and targets.params["Targets"][0]["Id"] == "job"
    assert targets.params["Rule"] == Ref("Nightly.Name")
    assert action and action.params["ResourceId"] == "endpoint/e/variant/v"
    assert policy and policy.params["ScalableDimension"] == "sagemaker:variant:DesiredInstanceCount"


def test_json_is_read_like_yaml() -> None:
    text = '{\n\t"Resources": {"E": {"Type": "AWS::SageMaker::Endpoint", "Properties":\n'
    text += ' {"EndpointConfigName": {"Fn::GetAtt": ["C", "EndpointConfigName"]}}},\n'
    text += ' "C": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {}}}}'
    call = calls(text)["E"]
    assert call.params["EndpointConfigName"] == Ref("C.EndpointConfigName")


def test_a_property_that_there_is_not_is_found_with_the_nearest() -> None:
    text = "Resources: {E: {Type: AWS::SageMaker::Endpoint, Properties: {endpointName: x}}}"
    [finding] = reading(text).findings
    assert (finding.slug, finding.hint) == ("unknown-field", "did you mean `EndpointName`?")
    assert finding.place is not None and finding.place.column == 62


def test_a_reference_to_nothing_is_found_unless_a_macro_may_make_it() -> None:
    text = "Resources: {E: {Type: AWS::SageMaker::Endpoint, Properties: {EndpointName: !Ref Nme}}}"
    named = text + "\nParameters: {Name: {Type: String}}"
    [finding] = reading(named).findings
    assert (finding.slug, finding.hint) == ("unknown-reference", "did you mean `Name`?")
    assert reading(named + "\nTransform: AWS::Serverless-2016-10-31").findings == ()


CHOICE = """\
Parameters:
  Type: {Type: String, Default: ml.m5.large, AllowedValues: [ml.m5.large, ml.m5.xlarge]}
  Stage: {Type: String}
  Unused: {Type: String, AllowedValues: [a, b, c]}
Conditions: {Live: !Equals [!Ref Stage, live]}
Resources:
  C:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      ProductionVariants: [{InstanceType: !Ref Type, InitialInstanceCount: !If [Live, 2, 1]}]
  Only: {Type: AWS::SageMaker::Endpoint, Condition: Live}
"""


def test_parameters_are_tried_with_what_they_may_be() -> None:
    tried = [
        (
            variant.plan.calls[0].params["ProductionVariants"][0]["InstanceType"],
            variant.plan.calls[0].params["ProductionVariants"][0]["InitialInstanceCount"],
            len(variant.plan.calls),
        )
        for variant in reading(CHOICE).variants
    ]
    assert tried == [
        ("ml.m5.large", 1, 1),
        ("ml.m5.xlarge", 1, 1),
        ("ml.m5.large", 2, 2),
        ("ml.m5.xlarge", 2, 2),
    ]


def test_what_a_parameter_does_not_reach_is_the_same_call_in_every_variant() -> None:
    text = CHOICE + "  Other: {Type: AWS::SageMaker::Endpoint, Properties: {EndpointName: other}}\n"
    variants = [{call.id: call for call in v.plan.calls} for v in reading(text).variants]
    assert all(calls["Other"] is variants[0]["Other"] for calls in variants)
    named = {id(calls[call_id]) for calls in variants for call_id in calls if call_id != "Other"}
    assert len(named) == 5  # four configurations, and the endpoint of the live ones


def test_a_parameter_reaches_what_takes_its_name_from_what_it_decides() -> None:
    text = """\
Parameters:
  Stage: {Type: String, Default: blue, AllowedValues: [blue, green]}
Resources:
  One: {Type: AWS::SageMaker::Endpoint, Properties: {EndpointName: !Sub "detector-${Stage}"}}
  Target:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties: {ResourceId: !Sub "endpoint/${One.EndpointName}/variant/all"}
"""
    targets = [variant.plan.calls[1] for variant in reading(text).variants]
    assert [call.params["ResourceId"] for call in targets] == [
        "endpoint/detector-blue/variant/all",
        "endpoint/detector-green/variant/all",
    ]


def test_the_number_of_combinations_is_bounded_and_said() -> None:
    names = [f"P{number}" for number in range(10)]
    text = "Parameters:\n"
    text += "".join(f"  {n}: {{Type: String, AllowedValues: [a, b, c]}}\n" for n in names)
    text += "Resources:\n  M:\n    Type: AWS::SageMaker::Model\n    Properties:\n"
    text += "      PrimaryContainer: {Environment: {"
    text += ", ".join(f"{name}: !Ref {name}" for name in names) + "}}\n"
    found = reading(text)
    assert len(found.variants) == 32
    [skipped] = found.not_checked
    assert "59,049 combinations" in skipped.reason and "32 were tried" in skipped.reason
    # Every value of every parameter is among them.
    seen = {
        (name, text)
        for variant in found.variants
        for name, text in variant.plan.calls[0].params["PrimaryContainer"]["Environment"].items()
    }
    assert len(seen) == 30


EMPTY = """\
Parameters:
  Key: {Type: String, Default: ""}
  Nothing: {Type: String, Default: "null"}
  Subnets: {Type: CommaDelimitedList, Default: ""}
Resources:
  C:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      KmsKeyId: !Ref Key
      EndpointConfigName: !Sub "${Key}a"
      ProductionVariants: [{VariantName: "", ModelName: !Ref Nothing}]
      VpcConfig: {Subnets: !Ref Subnets}
"""


def test_what_an_empty_parameter_stands_for_is_not_known() -> None:
    params = calls(EMPTY)["C"].params
    assert isinstance(params["KmsKeyId"], Unknown)
    assert isinstance(params["VpcConfig"]["Subnets"], Unknown)
    assert params["EndpointConfigName"] == "a"
    # What is written empty is empty, and the letters of null are a text.
    assert params["ProductionVariants"] == [{"VariantName": "", "ModelName": "null"}]


def test_a_condition_compares_an_empty_parameter() -> None:
    found = value(
        "!If [Keyed, a, b]",
        'Parameters: {K: {Type: String, Default: ""}}\n'
        'Conditions: {Keyed: !Not [!Equals [!Ref K, ""]]}',
    )
    assert found == "b"


def test_a_rule_s_target_is_spelled_as_cloudformation_does() -> None:
    text = """\
Resources:
  R:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 day)
      Targets:
        - Id: a
          EcsParameters:
            NetworkConfiguration: {AwsVpcConfiguration: {Subnets: [subnet-1]}}
            TagList: [{Key: a, Value: b}]
"""
    found = reading(text)
    assert found.findings == ()
    [target] = found.variants[0].plan.calls[1].params["Targets"]
    assert target["EcsParameters"] == {
        "NetworkConfiguration": {"awsvpcConfiguration": {"Subnets": ["subnet-1"]}},
        "Tags": [{"Key": "a", "Value": "b"}],
    }


INCLUDE = "{Name: AWS::Include, Parameters: {Location: s3://acme/more.yaml}}"


@pytest.mark.parametrize(
    "properties",
    [f"{{Fn::Transform: {INCLUDE}}}", "!If [Late, {Type: MANAGED}, {Type: UNMANAGED}]"],
)
def test_properties_that_only_the_stack_knows_are_not_taken_for_none(properties: str) -> None:
    text = f"""\
Conditions: {{Late: !Equals [!Ref AWS::Region, us-east-1]}}
Resources: {{E: {{Type: AWS::Batch::ComputeEnvironment, Properties: {properties}}}}}
"""
    found = reading(text)
    assert found.variants[0].plan.calls == ()
    assert [skipped.reason[:3] for skipped in found.not_checked if "E:" in skipped.reason] == [
        "E: "
    ]


def test_a_macro_among_properties_may_add_others() -> None:
    text = f"""\
Resources:
  E:
    Type: AWS::Batch::ComputeEnvironment
    Properties: {{Fn::Transform: {INCLUDE}, Type: MANAGED}}
"""
    params = calls(text)["E"].params
    assert params["type"] == "MANAGED"
    assert isinstance(params["computeResources"], Unknown)


def test_a_macro_among_resources_may_add_what_is_referred_to() -> None:
    text = f"""\
Resources:
  Fn::Transform: {INCLUDE}
  E: {{Type: AWS::SageMaker::Endpoint, Properties: {{EndpointConfigName: !Ref Other}}}}
"""
    assert reading(text).findings == ()


SCALED = """\
Parameters: {{Elsewhere: {{Type: String}}}}
Conditions: {{Yes: !Equals [a, a]}}
Resources:
  T:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties: {{ServiceNamespace: sagemaker, ResourceId: endpoint/a/variant/all,
      ScalableDimension: "sagemaker:variant:DesiredInstanceCount"}}
  P: {{Type: AWS::ApplicationAutoScaling::ScalingPolicy, Properties: {{ScalingTargetId: {target}}}}}
"""


@pytest.mark.parametrize(
    "target",
    [
        "!Ref T",
        "!If [Yes, !Ref T, none]",
        "endpoint/a/variant/all|sagemaker:variant:DesiredInstanceCount|sagemaker",
    ],
)
def test_a_policy_has_what_its_target_is(target: str) -> None:
    assert calls(SCALED.format(target=target))["P"].params["ServiceNamespace"] == "sagemaker"
    assert calls(SCALED.format(target=target))["P"].params["ResourceId"] == "endpoint/a/variant/all"


@pytest.mark.parametrize("target", ["!ImportValue target", "!Ref Elsewhere"])
def test_what_a_target_elsewhere_is_is_not_known(target: str) -> None:
    assert isinstance(calls(SCALED.format(target=target))["P"].params["ResourceId"], Unknown)


def test_switches_are_those_of_the_yaml_that_cloudformation_reads() -> None:
    text = """\
Resources:
  J:
    Type: AWS::Batch::JobDefinition
    Properties: {ContainerProperties: {Privileged: no, ReadonlyRootFilesystem: "no"}}
"""
    found = calls(text)["J"].params["containerProperties"]
    assert found == {"privileged": False, "readonlyRootFilesystem": "no"}


def test_what_is_not_read_is_said() -> None:
    text = "Resources: {N: {Type: AWS::SageMaker::NotebookInstance}, B: {Type: AWS::S3::Bucket}}"
    reasons = [each.reason for each in reading(text).not_checked]
    assert reasons == ["AWS::SageMaker::NotebookInstance is a type that is not read"]


@pytest.mark.parametrize("text", ["Resources: []", "[]", "AWSTemplateFormatVersion: x", "a"])
def test_a_text_without_resources_is_no_template(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        reading(text)
    assert caught.value.slug == "not-a-template"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (HEAD + "Resources: {}", True),
        ("Resources:\n  A:\n    Type: AWS::S3::Bucket\n", True),
        ('{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}', True),
        ("kind: training\nname: x\n", False),
        ("Resources:\n  - some: list\n", False),
        ('{"properties": {\n"AWSTemplateFormatVersion": {"enum": ["2010-09-09"]}}}', False),
    ],
)
def test_a_template_is_known_by_its_text(text: str, wanted: bool) -> None:
    assert looks_like_template(text) is wanted


def test_references_in_a_circle_end() -> None:
    circle = "Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}"
    found = value("!If [A, a, b]", circle)
    assert isinstance(found, Unknown)


def test_functions_nested_out_of_reach_are_unknown() -> None:
    assert value("!If [Yes, " * 40 + "a" + ", b]" * 40, PARAMETERS) == "a"
    found = value("!If [Yes, " * 70 + "a" + ", b]" * 70, PARAMETERS)
    assert isinstance(found, Unknown)
