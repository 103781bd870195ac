"""A rule runs at an hour of certain days, in UTC.

Rules have no time zone. Monday to Friday in UTC is another week elsewhere: Monday 02:00 in Seoul is
Sunday 17:00 UTC. EventBridge Scheduler has time zones and follows daylight saving.

## Why
The job runs an hour off for half of the year, or on the wrong day.

## Flagged
    Name: nightly
    ScheduleExpression: cron(0 17 ? * MON-FRI *)

## Preferred
    api: scheduler:CreateSchedule
    params:
      Name: nightly
      ScheduleExpression: cron(0 2 ? * MON-FRI *)
      ScheduleExpressionTimezone: Asia/Seoul
"""

from awsml.cron import RULES, Cron, faults, parse
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.schedules._expressions import RULE

LEVEL = Level.ADVICE
CONFIDENCE = Confidence.DOCUMENTED
APIS = (RULE,)
SOURCE = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html"


def check(rule: Part) -> Problems:
    expression = rule["ScheduleExpression"]
    if expression.text is None or faults(expression.text, RULES):
        return
    schedule = parse(expression.text, RULES)
    if not isinstance(schedule, Cron) or schedule.weekdays is None or len(schedule.hours) > 12:
        return
    if len(schedule.weekdays.numbers) < 7:
        yield Problem(
            expression,
            "the days and hours of a rule are those of UTC",
            "use EventBridge Scheduler with a ScheduleExpressionTimezone",
        )
