"""SAM's own events become the requests that SAM makes of them."""

from __future__ import annotations

import pytest

from awsml import api
from awsml.finding import Place
from awsml.plan import Call, Ref
from awsml.readers.templates.reading import Reading, read_template
from awsml.scenario.source import SourceText

SAM = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Often: {Type: String, Default: rate(5 minutes), AllowedValues: [rate(5 minutes), hourly]}
Resources:
  Stop:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Cron: {Type: Schedule, Properties: {Schedule: cron(0 7 * * ? *), Enabled: true, Input: x}}
        Call: {Type: Api, Properties: {Path: /stop, Method: post}}
        Poll: {Type: ScheduleV2, Properties: {ScheduleExpression: !Ref Often, RetryPolicy: {}}}
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Events:
        Nightly:
          Type: ScheduleV2
          Properties:
            ScheduleExpression: cron(0 2 * * MON-FRI *)
            FlexibleTimeWindow: {Mode: FLEXIBLE, MaximumWindowInMinutes: 5}
"""


def reading(text: str) -> Reading:
    return read_template(SourceText("sam.yaml", text))


def calls(text: str) -> dict[str, Call]:
    return {call.id or "": call for call in reading(text).variants[0].plan.calls}


def test_each_event_that_fires_by_the_clock_is_a_call_of_its_own() -> None:
    found = calls(SAM)
    assert {name: call.api for name, call in found.items()} == {
        "StopCron": "events:PutRule",
        "StopPoll": "scheduler:CreateSchedule",
        "FlowNightly": "scheduler:CreateSchedule",
    }
    assert found["StopCron"].params == {
        "Name": Ref("StopCron.Name"),
        "ScheduleExpression": "cron(0 7 * * ? *)",
    }
    assert found["StopPoll"].params["FlexibleTimeWindow"] == {"Mode": "OFF"}
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}
    assert found["FlowNightly"].params["FlexibleTimeWindow"] == window


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (SAM.replace("Transform: AWS::Serverless-2016-10-31\n", ""), 0),
        (SAM.replace("AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"), 0),
        (SAM.replace("AWS::Serverless-2016-10-31", "[Other, AWS::Serverless-2016-10-31]"), 3),
        (SAM.replace("{Type: Api, Properties: {Path: /stop, Method: post}}", "[no event]"), 3),
        (SAM.replace("Schedule: cron", "Schedules: cron"), 3),
    ],
)
def test_only_what_sam_reads_is_read(text: str, number: int) -> None:
    assert len(calls(text)) == number


def test_an_event_s_expression_is_checked_where_it_is_written() -> None:
    checked = api.validate_template(reading(SAM), api.Terms(target="aws"))
    found = {
        (finding.slug, finding.field, finding.place.line if finding.place else 0)
        for finding in checked.findings
    }
    assert found == {
        ("schedule-expression", "Flow.Events.Nightly.Properties.ScheduleExpression", 19),
        ("schedule-expression", "Stop.Events.Poll.Properties.ScheduleExpression", 11),
    }
    [late] = [finding for finding in checked.findings if finding.related]
    assert late.related[0].place == Place("sam.yaml", 3, 84, 3, 90)


@pytest.mark.parametrize("kind", ["EventBridgeRule", "CloudWatchEvent"])
def test_an_event_with_a_pattern_is_a_rule(kind: str) -> None:
    text = f"""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Told:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Ended:
          Type: {kind}
          Properties:
            RuleName: ended
            InputPath: $.detail
            Pattern:
              source: aws.sagemaker
              detail-type: [SageMaker Training Job State Change]
"""
    call = calls(text)["ToldEnded"]
    pattern = '{"source": "aws.sagemaker", "detail-type": ["SageMaker Training Job State Change"]}'
    assert (call.api, call.params) == (
        "events:PutRule",
        {"Name": "ended", "EventPattern": pattern},
    )
    checked = api.validate_template(reading(text), api.Terms(target="aws"))
    [finding] = checked.findings
    assert (finding.slug, finding.place and finding.place.line) == ("event-rule", 12)
