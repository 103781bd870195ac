"""Where schedule expressions stand, and in which dialect."""

from __future__ import annotations

from awsml.cron import AUTOSCALING, RULES, SCHEDULER, Dialect
from awsml.rules.rule import Part

RULE = "events:PutRule"
SCHEDULES = ("scheduler:CreateSchedule", "scheduler:UpdateSchedule")
ACTION = "application-autoscaling:PutScheduledAction"


def expression_of(request: Part) -> Part:
    return request["Schedule" if request.call.api == ACTION else "ScheduleExpression"]


def dialect_of(request: Part) -> Dialect:
    if request.call.api == RULE:
        return RULES
    return AUTOSCALING if request.call.api == ACTION else SCHEDULER


def zone_of(request: Part) -> Part:
    return request["Timezone" if request.call.api == ACTION else "ScheduleExpressionTimezone"]
