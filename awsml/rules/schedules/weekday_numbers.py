"""A schedule runs from Sunday to Thursday.

AWS counts weekdays from SUN = 1, Unix from SUN = 0: `1-5` is Sunday to Thursday here and Monday
to Friday there.

## Why
The job runs on Sunday and not on Friday, and nothing says so.

## Flagged
    Name: nightly
    ScheduleExpression: cron(0 2 ? * 1-5 *)

## Preferred
    Name: nightly
    ScheduleExpression: cron(0 2 ? * MON-FRI *)
"""

import re

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.schedules._expressions import ACTION, RULE, SCHEDULES, expression_of

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = (RULE, *SCHEDULES, ACTION)
SOURCE = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html"

_CRON = re.compile(r"cron\((?:\S+\s+){4}(1-5|1,2,3,4,5)(?:\s+\S+)?\)", re.IGNORECASE)


def check(request: Part) -> Problems:
    expression = expression_of(request)
    match = _CRON.fullmatch(expression.text or "")
    if match:
        start, end = match.span(1)
        right = match[0][:start] + "MON-FRI" + match[0][end:]
        yield Problem(
            expression,
            f"`{match[1]}` is Sunday to Thursday: AWS counts weekdays from SUN = 1",
            f"write {right}, or SUN-THU where that is meant",
            span=(start, end),
            fix=right,
        )
