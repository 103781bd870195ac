"""When a stack submits its job, and who hears of jobs that fail."""

from __future__ import annotations

import json
from typing import Any

from awsml.kinds.batch.spec import BatchSpec
from awsml.kinds.iam import role
from awsml.kinds.template import attribute, ref, sub

# A delivery that is repeated after a lost answer would be a second paid job: SubmitJob has no
# token. So nothing is repeated, and the dead-letter queue tells what was not delivered.
_DELIVERY_RETRIES = 0
_EVENT_AGE_SECONDS = 3600


def schedule_resources(spec: BatchSpec) -> dict[str, Any]:
    if spec.schedule is None:
        return {}
    return {
        "DeadLetters": {
            "Type": "AWS::SQS::Queue",
            "DeletionPolicy": "Delete",
            "UpdateReplacePolicy": "Delete",
            "Properties": {"MessageRetentionPeriod": 1_209_600, "SqsManagedSseEnabled": True},
        },
        "SchedulerRole": role("scheduler.amazonaws.com", allowed=_allowed(spec)),
        "Schedule": _schedule(spec),
        "UndeliveredAlarm": _alarm(),
    }


def _schedule(spec: BatchSpec) -> dict[str, Any]:
    table = spec.schedule
    assert table is not None
    return {
        "Type": "AWS::Scheduler::Schedule",
        "Properties": {
            "Description": f"Submits {spec.name}",
            "ScheduleExpression": table.expression,
            "ScheduleExpressionTimezone": table.timezone,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "State": ref("ScheduleState"),
            "Target": {
                "Arn": sub("arn:${AWS::Partition}:scheduler:::aws-sdk:batch:submitJob"),
                "RoleArn": attribute("SchedulerRole.Arn"),
                "Input": sub(_input(spec)),
                "RetryPolicy": {
                    "MaximumRetryAttempts": _DELIVERY_RETRIES,
                    "MaximumEventAgeInSeconds": _EVENT_AGE_SECONDS,
                },
                "DeadLetterConfig": {"Arn": attribute("DeadLetters.Arn")},
            },
        },
    }


def _input(spec: BatchSpec) -> str:
    """A universal target wants the members capitalised. The definition goes without a revision,
    which means its newest."""
    queue = "${Queue}" if spec.compute.queue is None else "${QueueName}"
    wanted: dict[str, Any] = {
        "JobName": "${Name}-<aws.scheduler.execution-id>",
        "JobQueue": queue,
        "JobDefinition": spec.name,
    }
    if spec.array:
        wanted["ArrayProperties"] = {"Size": spec.array}
    return json.dumps(wanted)


def _allowed(spec: BatchSpec) -> list[dict[str, Any]]:
    start = "arn:${AWS::Partition}:batch:${AWS::Region}:${AWS::AccountId}:"
    definition = f"{start}job-definition/{spec.name}"
    queue = ref("Queue") if spec.compute.queue is None else sub(f"{start}job-queue/${{QueueName}}")
    return [
        {
            "Effect": "Allow",
            "Action": "batch:SubmitJob",
            "Resource": [sub(definition), sub(f"{definition}:*"), queue],
        },
        {
            "Effect": "Allow",
            "Action": "sqs:SendMessage",
            "Resource": attribute("DeadLetters.Arn"),
        },
    ]


def _alarm() -> dict[str, Any]:
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": "A scheduled job was not submitted; the queue holds why",
            "Namespace": "AWS/SQS",
            "MetricName": "ApproximateNumberOfMessagesVisible",
            "Dimensions": [{"Name": "QueueName", "Value": attribute("DeadLetters.QueueName")}],
            "Statistic": "Maximum",
            "Period": 300,
            "EvaluationPeriods": 1,
            "Threshold": 0,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [ref("Notices")],
        },
    }


def notices(spec: BatchSpec) -> dict[str, Any]:
    """Batch has no metric of failed jobs; its events tell of them, and of a blocked queue."""
    queue = (
        ref("Queue")
        if spec.compute.queue is None
        else sub(
            "arn:${AWS::Partition}:batch:${AWS::Region}:${AWS::AccountId}:job-queue/${QueueName}"
        )
    )
    failed = {"status": ["FAILED"], "jobQueue": [queue]}
    found: dict[str, Any] = {
        "Notices": {"Type": "AWS::SNS::Topic"},
        "Subscriber": {
            "Type": "AWS::SNS::Subscription",
            "Condition": "Notify",
            "Properties": {
                "TopicArn": ref("Notices"),
                "Protocol": "email",
                "Endpoint": ref("NotifyEmail"),
            },
        },
        "NoticesPolicy": _publishing(),
        "FailedJobs": _rule("Batch Job State Change", failed),
        "BlockedQueue": _rule("Batch Job Queue Blocked", {"jobQueue": [queue]}),
    }
    return found


def _rule(type_: str, detail: dict[str, Any]) -> dict[str, Any]:
    pattern = {"source": ["aws.batch"], "detail-type": [type_], "detail": detail}
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "EventPattern": pattern,
            "Targets": [{"Id": "notices", "Arn": ref("Notices")}],
        },
    }


def _publishing() -> dict[str, Any]:
    """EventBridge supports no conditions in the policy of a topic; alarms do."""
    alarm = _may_publish("cloudwatch.amazonaws.com") | {
        "Condition": {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}}
    }
    statements = [_may_publish("events.amazonaws.com"), alarm]
    return {
        "Type": "AWS::SNS::TopicPolicy",
        "Properties": {
            "Topics": [ref("Notices")],
            "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
        },
    }


def _may_publish(service: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sns:Publish",
        "Resource": ref("Notices"),
    }
