"""The key of a tag begins with `aws:`, which AWS keeps for its own.

In any case: `AWS:` as well. Such tags come along where a request is made from what describes a
resource that CloudFormation made.

## Why
AWS refuses the request.

## Flagged
    Tags: [{Key: "aws:cloudformation:stack-name", Value: vision}]

## Preferred
    Tags: [{Key: stack, Value: vision}]

## AWS says
aws: prefixed tag key names are not allowed for external use.
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.tags import APIS as _TAGGED

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
# A list of pairs, or a map.
APIS = tuple(
    f"{api}/{place}"
    for api in _TAGGED
    for place in ("Tags[]", "Tags", "tags", "computeResources.tags")
)
SOURCE = "https://github.com/aws/sagemaker-python-sdk/pull/1362"


def check(tags: Part) -> Problems:
    pair = tags.path.endswith("]")
    found = [(tags["Key"].text or "", tags["Key"])] if pair else tags.entries
    for key, part in found:
        if key.lower().startswith("aws:"):
            message = f"`{key}` begins with `aws:`, which is kept for AWS"
            yield Problem(part, message, "rename or remove the tag")
