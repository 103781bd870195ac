"""What a rule cannot deliver shall go where EventBridge does not put it.

Dead letters go to a standard SQS queue in the Region of the rule: no topic, no FIFO queue.

## Why
AWS refuses the request.

## Flagged
    Rule: nightly
    Targets:
      - Id: tell
        Arn: arn:aws:lambda:us-east-1:111122223333:function:tell
        DeadLetterConfig: {Arn: "arn:aws:sns:us-east-1:111122223333:team"}

## Preferred
    Rule: nightly
    Targets:
      - Id: tell
        Arn: arn:aws:lambda:us-east-1:111122223333:function:tell
        DeadLetterConfig: {Arn: "arn:aws:sqs:us-east-1:111122223333:undelivered"}

## AWS says
sns is not supported as a dead letter resource
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.schedules._targets import TARGETS, address_of, is_late

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (f"{TARGETS}.DeadLetterConfig",)
SOURCE = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html"


def check(letters: Part) -> Problems:
    queue = letters["Arn"]
    address, region = address_of(queue), letters.plan.region
    if address is None:
        return
    if address.service != "sqs":
        message = f"dead letters go to an SQS queue, and this is of {address.service}"
        yield Problem(queue, message, "write the ARN of a queue")
    elif (queue.spelled or "").endswith(".fifo"):
        yield Problem(queue, "dead letters do not go to a FIFO queue", "use a standard queue")
    elif region and address.region and not is_late(address.region) and address.region != region:
        message = f"the queue is in {address.region}, and the rule in {region}"
        yield Problem(queue, message, "use a queue in the Region of the rule")
