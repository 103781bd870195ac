"""The action of a schedule, or the request that it sends, is spelled in another way, or incomplete.

The action is written in camelCase: `submitJob`, `createTrainingJob`. `Input` is written in
PascalCase also for services whose API is in camelCase: `JobName`, `JobQueue` and `JobDefinition`
for `batch:submitJob`.

## Why
Where AWS takes the schedule, each run fails, and only the dead-letter queue tells.

## Flagged
    Name: nightly
    Target:
      Arn: arn:aws:scheduler:::aws-sdk:batch:submitJob
      Input: '{"jobName": "a", "jobQueue": "gpu", "jobDefinition": "a"}'

## Preferred
    Name: nightly
    Target:
      Arn: arn:aws:scheduler:::aws-sdk:batch:submitJob
      Input: '{"JobName": "a", "JobQueue": "gpu", "JobDefinition": "a"}'
"""

import json
import re

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.schedules._expressions import SCHEDULES

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = tuple(f"{api}/Target" for api in SCHEDULES)
SOURCE = "https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html"

_PASCAL = re.compile(r":scheduler:[^:]*:[^:]*:aws-sdk:[^:]+:([A-Z]\w*)$")
_NEEDED = ("JobName", "JobQueue", "JobDefinition")


def check(target: Part) -> Problems:
    arn, payload = target["Arn"], target["Input"]
    if pascal := _PASCAL.search(arn.text or ""):
        right = pascal[1][0].lower() + pascal[1][1:]
        message = f"`{pascal[1]}` is written `{right}` here"
        yield Problem(arn, message, f"write {right}", span=pascal.span(1))
    if not (arn.text or "").endswith(":aws-sdk:batch:submitJob") or payload.text is None:
        return
    try:
        request = json.loads(payload.text)
    except ValueError:
        return
    if not isinstance(request, dict):
        return
    for name in _NEEDED:
        if name in request:
            continue
        camel = name[0].lower() + name[1:]
        if camel in request:
            at = payload.text.index(f'"{camel}"') + 1
            span = (at, at + len(camel))
            yield Problem(
                payload, f"`{camel}` is written `{name}` here", f"write {name}", span=span
            )
        else:
            yield Problem(payload, f"the request lacks `{name}`", f"add {name}")
