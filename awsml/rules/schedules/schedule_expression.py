"""A schedule expression is not one of AWS.

`cron(minute hour day month weekday year)` with `?` in exactly one of the two fields of days,
`rate(5 minutes)`, and outside of rules `at(2027-01-04T02:00:00)`. Weekdays count from SUN = 1.
The message names the field that is wrong.

## Why
AWS refuses the request and says only that the expression is not valid.

## Flagged
    Name: nightly
    ScheduleExpression: cron(0 18 * * MON-FRI *)

## Preferred
    Name: nightly
    ScheduleExpression: cron(0 18 ? * MON-FRI *)

## AWS says
Parameter ScheduleExpression is not valid.
"""

from awsml.cron import corrected, faults
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.schedules._expressions import ACTION, RULE, SCHEDULES, dialect_of, expression_of

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (RULE, *SCHEDULES, ACTION)
SOURCE = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html"


def check(request: Part) -> Problems:
    expression, dialect = expression_of(request), dialect_of(request)
    if expression.text is None:
        return
    right = corrected(expression.text, dialect)
    for fault in faults(expression.text, dialect):
        yield Problem(
            expression,
            fault.message,
            f"write {right}" if right else "see the page for the fields and what they take",
            span=(fault.start, fault.end),
            fix=right,
        )
