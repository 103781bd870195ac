"""A rule has neither a schedule nor a pattern, or one that it cannot have.

Schedules work on the default event bus only. A pattern is a JSON object whose values are lists that
are not empty, or objects.

## Why
AWS refuses the request.

## Flagged
    Name: failed-jobs
    EventPattern: '{"source": "aws.batch"}'

## Preferred
    Name: failed-jobs
    EventPattern: '{"source": ["aws.batch"]}'

## AWS says
Event pattern is not valid. Reason: "source" must be an object or an array
"""

import json
from collections.abc import Iterator
from typing import Any

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.schedules._expressions import RULE

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (RULE,)
SOURCE = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html"


def check(rule: Part) -> Problems:
    schedule, pattern = rule["ScheduleExpression"], rule["EventPattern"]
    if not schedule.exists and not pattern.exists:
        message = "the rule has neither a schedule nor a pattern"
        yield Problem(rule, message, "add `ScheduleExpression` or `EventPattern`")
    bus = rule["EventBusName"]
    if schedule.exists and bus.text is not None and bus.text.rpartition("/")[2] != "default":
        yield Problem(
            bus,
            f"a schedule works on the default event bus, not on `{bus.text}`",
            "leave out `EventBusName`",
            related=((schedule, "the schedule"),),
        )
    if pattern.text is not None:
        yield from _pattern(pattern, pattern.text, schedule.exists)


def _pattern(pattern: Part, text: str, scheduled: bool) -> Problems:
    try:
        read = json.loads(text)
    except ValueError:
        yield Problem(pattern, "the pattern is no JSON", "write JSON with double quotes")
        return
    if not isinstance(read, dict):
        yield Problem(pattern, "the pattern is no JSON object", 'begin it with {"source": [...]')
        return
    if not read and not scheduled:
        yield Problem(pattern, "the pattern is empty, which counts as none", 'name a "source"')
    for message in _faults(read, ""):
        yield Problem(pattern, message, 'write values as lists, such as ["aws.batch"]')


def _faults(read: dict[str, Any], path: str) -> Iterator[str]:
    for key, value in read.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            yield from _faults(value, here)
        elif not isinstance(value, list):
            yield f"`{here}` of the pattern is neither a list nor an object"
        elif not value:
            yield f"`{here}` of the pattern is an empty list"
