"""A target is sent what EventBridge cannot make out.

A target is sent the event, or one of `Input`, which is JSON, `InputPath` and `InputTransformer`.
Paths begin with `$` and have dots, no names in brackets: `$.detail.status`.

## Why
AWS refuses the request.

## Flagged
    Rule: nightly
    Targets:
      - Id: tell
        Arn: arn:aws:lambda:us-east-1:111122223333:function:tell
        Input: "{'model': 'small'}"

## Preferred
    Rule: nightly
    Targets:
      - Id: tell
        Arn: arn:aws:lambda:us-east-1:111122223333:function:tell
        Input: '{"model": "small"}'

## AWS says
JSON syntax error in input for target tell
"""

import json
import re

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems, require_known
from awsml.rules.schedules._targets import TARGETS

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (TARGETS,)
SOURCE = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html"

_QUOTED = re.compile(r"\[\s*['\"]")


def check(target: Part) -> Problems:
    payload, path = target["Input"], target["InputPath"]
    transformer = target["InputTransformer"]
    if payload.known and payload.text:
        yield from _json(payload, payload.text)
    paths = [path]
    if transformer.known and transformer["InputPathsMap"].known:
        paths += [part for _, part in transformer["InputPathsMap"].entries]
    for part in paths:
        if part.known and part.text:
            yield from _path(part, part.text)
    given = [part for part in (payload, path, transformer) if part.written]
    if len(given) > 1:
        require_known(given)
        names = " and ".join(f"`{part}`" for part in given)
        yield Problem(target, f"{names} are given, and a target takes one", "keep one of them")


def _json(payload: Part, text: str) -> Problems:
    try:
        json.loads(text)
    except ValueError as error:
        at = min(getattr(error, "pos", 0), max(len(text) - 1, 0))
        message = f"`{payload}` is no JSON: {str(error).split(':')[0].lower()}"
        yield Problem(payload, message, "write JSON with double quotes", span=(at, at + 1))


def _path(part: Part, text: str) -> Problems:
    if not text.startswith("$"):
        right = f"$.{text}"
        yield Problem(part, f"the path `{text}` does not begin with `$`", f"write {right}")
    elif quoted := _QUOTED.search(text):
        message = "a path has no names in brackets"
        yield Problem(part, message, "write dots: $.detail.status", span=quoted.span())
