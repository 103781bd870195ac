"""A schedule names a time zone that the IANA database does not have.

Abbreviations (KST) and offsets (GMT+9) are no names; `Etc/GMT+9` is, and means nine hours west.

## Why
AWS refuses the request.

## Flagged
    api: scheduler:CreateSchedule
    params:
      Name: nightly
      ScheduleExpression: cron(0 2 ? * MON-FRI *)
      ScheduleExpressionTimezone: KST

## Preferred
    api: scheduler:CreateSchedule
    params:
      Name: nightly
      ScheduleExpression: cron(0 2 ? * MON-FRI *)
      ScheduleExpressionTimezone: Asia/Seoul

## AWS says
Invalid schedule timezone: KST
"""

from functools import cache
from zoneinfo import available_timezones

from awsml.nearness import nearest
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.schedules._expressions import ACTION, SCHEDULES, zone_of

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (*SCHEDULES, ACTION)
SOURCE = "https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html"


def check(request: Part) -> Problems:
    zone = zone_of(request)
    known = _zones()
    if zone.text is None or zone.text in known or not known:
        return
    near = nearest(zone.text, known, 3)
    yield Problem(
        zone,
        f"`{zone.text}` is no name of a time zone",
        f"did you mean {' or '.join(near)}?" if near else "use a name such as Asia/Seoul",
    )


@cache
def _zones() -> frozenset[str]:
    """Empty on a machine without time zone data: nothing can be said there."""
    return frozenset(available_timezones())
