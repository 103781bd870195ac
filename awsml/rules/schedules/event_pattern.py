"""A pattern of events compares in a way that EventBridge does not know.

In lists stand values, or comparisons: `prefix`, `suffix`, `anything-but`, `numeric`, `exists`,
`cidr`, `wildcard` and `equals-ignore-case`. `$or` stands alone in its object.

## Why
AWS refuses the request.

## Flagged
    Name: jobs
    EventPattern: '{"source": [{"starts-with": "aws."}]}'

## Preferred
    Name: jobs
    EventPattern: '{"source": [{"prefix": "aws."}]}'

## AWS says
Event pattern is not valid. Reason: Unrecognized match type starts-with
"""

import json
from collections.abc import Iterator
from typing import Any

from awsml.nearness import nearest
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.schedules._expressions import RULE

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (RULE,)
SOURCE = (
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/"
    "eb-event-patterns-content-based-filtering.html"
)

_COMPARISONS = (
    *("prefix", "suffix", "anything-but", "numeric", "exists"),
    *("cidr", "wildcard", "equals-ignore-case"),
)
_ORDERS = ("<", "<=", "=", ">=", ">")
_NEGATED = ("prefix", "suffix", "wildcard", "equals-ignore-case")
_DEEPEST = 40  # far beyond any pattern; ends runaway nesting

Fault = tuple[str, str]


def check(rule: Part) -> Problems:
    pattern = rule["EventPattern"]
    try:
        read = json.loads(pattern.text or "null")
    except ValueError:
        return  # event-rule says so
    if isinstance(read, dict):
        for message, hint in _faults(read, _DEEPEST):
            yield Problem(pattern, message, hint)


def _faults(read: dict[str, Any], depth: int) -> Iterator[Fault]:
    if depth == 0:
        return
    if "$or" in read and len(read) > 1:
        others = ", ".join(f"`{key}`" for key in read if key != "$or")
        yield f"`$or` stands beside {others}", "move them into each branch of `$or`"
    for key, value in read.items():
        if isinstance(value, dict):
            yield from _faults(value, depth - 1)
        elif isinstance(value, list):
            for one in value:
                if isinstance(one, dict):
                    yield from _faults(one, depth - 1) if key == "$or" else _comparison(one)


def _comparison(read: dict[str, Any]) -> Iterator[Fault]:
    for name, value in read.items():
        if name not in _COMPARISONS:
            near = nearest(name, _COMPARISONS)
            hint = f"did you mean {near[0]}?" if near else f"use {', '.join(_COMPARISONS)}"
            yield f"`{name}` is no comparison of a pattern", hint
        elif name in ("prefix", "suffix") and not isinstance(value, str | dict):
            yield f"`{name}` compares with a text", "put it in quotes"
        elif name == "exists" and not isinstance(value, bool):
            yield "`exists` is true or false", "write it without quotes"
        elif name == "wildcard" and isinstance(value, str) and "**" in value:
            yield "`wildcard` has two stars in a row", "write one"
        elif name == "numeric" and isinstance(value, list):
            for order in value:
                if isinstance(order, str) and order not in _ORDERS:
                    yield f"`{order}` is no comparison of numbers", f"use {' or '.join(_ORDERS)}"
        elif name == "anything-but" and isinstance(value, dict):
            for inner in value:
                if inner not in _NEGATED:
                    yield f"`anything-but` does not take `{inner}`", "list the values instead"
