"""Two targets of a rule have one id.

## Why
AWS refuses the request.

## Flagged
    Rule: nightly
    Targets:
      - {Id: tell, Arn: "arn:aws:sns:us-east-1:111122223333:team"}
      - {Id: tell, Arn: "arn:aws:sqs:us-east-1:111122223333:log"}

## Preferred
    Rule: nightly
    Targets:
      - {Id: team, Arn: "arn:aws:sns:us-east-1:111122223333:team"}
      - {Id: log, Arn: "arn:aws:sqs:us-east-1:111122223333:log"}

## AWS says
More than one target with Id 'tell' is provided
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems, require_known

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = ("events:PutTargets",)
SOURCE = "https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/events/pf-events-target-id-duplicate"


def check(request: Part) -> Problems:
    targets = request["Targets"].items
    ids = [target["Id"] for target in targets if target.known]
    first: dict[str, Part] = {}
    for part in ids:
        name = part.text if part.known else None
        if name is None:
            continue
        before = first.setdefault(name, part)
        if before is not part:
            message = f"the id `{name}` is given to two targets"
            yield Problem(part, message, "give each target its own", ((before, "the other"),))
    require_known(targets if len(targets) > 1 else ())
