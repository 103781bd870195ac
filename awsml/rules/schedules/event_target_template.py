"""The template of a target uses a name that nothing gives it.

What stands in angle brackets is a key of `InputPathsMap`, or one that EventBridge has itself, such
as `<aws.events.rule-name>`. The whole event, `<aws.events.event.json>`, is a value of an object.
A bracket that is meant as such has a backslash before it.

## Why
AWS refuses the request.

## Flagged
    Rule: failed
    Targets:
      - Id: tell
        Arn: arn:aws:sns:us-east-1:111122223333:team
        InputTransformer:
          InputPathsMap: {job: $.detail.jobName}
          InputTemplate: '"<name> failed"'

## Preferred
    Rule: failed
    Targets:
      - Id: tell
        Arn: arn:aws:sns:us-east-1:111122223333:team
        InputTransformer:
          InputPathsMap: {job: $.detail.jobName}
          InputTemplate: '"<job> failed"'

## AWS says
InputTemplate for target tell contains invalid placeholder name.
"""

import re

from awsml.nearness import nearest
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.schedules._targets import TARGETS

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = (f"{TARGETS}.InputTransformer",)
SOURCE = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html"

_NAME = re.compile(r"(?<!\\)<([A-Za-z0-9_.-]+)>")
_OWN = "aws.events."
_WHOLE = "<aws.events.event.json>"


def check(transformer: Part) -> Problems:
    template, paths = transformer["InputTemplate"], transformer["InputPathsMap"]
    keys = [key for key, _ in paths.entries]
    for key in keys:
        if key.startswith("AWS"):
            message = f"the key `{key}` begins with AWS, which EventBridge keeps for itself"
            yield Problem(paths, message, "use another", level=Level.WARNING)
    text = template.spelled or ""
    for found in _NAME.finditer(text):
        name = found[1]
        if name in keys or name.startswith(_OWN):
            continue
        near = nearest(name, keys)
        hint = f"did you mean <{near[0]}>?" if near else f"add `{name}` to `{paths}`"
        span = found.span() if template.known else None
        yield Problem(template, f"nothing gives `<{name}>` a value", hint, span=span)
    if _WHOLE in text and not text.lstrip().startswith(("{", "‹")):
        message = f"`{_WHOLE}` stands outside of a JSON object"
        yield Problem(template, message, f'write {{"event": {_WHOLE}}}')
