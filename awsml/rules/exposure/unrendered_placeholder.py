"""A value still holds the placeholder of a template.

`{{ name }}`, `${NAME}`, `<your-bucket>` or `YOUR_ACCOUNT` were meant to be replaced before the
request was sent. CloudFormation replaces `${Name}` only where `!Sub` stands before the text.

## Why
AWS refuses the name, or does not find what it names.

## Flagged
    OutputDataConfig: {S3OutputPath: "s3://<your-bucket>/output"}

## Preferred
    OutputDataConfig: {S3OutputPath: "s3://example-bucket/output"}
"""

import re

from awsml.rules.exposure import APIS as _APIS
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems, require_known

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = _APIS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html"

# Members that name something; free text (arguments, environment) may hold anything.
_NAMES = re.compile(
    r"(Arn|ARN|Image|image|ImageUri|Name|S3Uri|S3OutputPath|ModelDataUrl|KmsKeyId|InstanceType"
    r"|ResourceId|[Ss]ubnets|[Ss]ecurityGroupIds|instanceRole|serviceRole|jobQueue|jobDefinition"
    r"|computeEnvironment)$"
)
_PLACEHOLDER = re.compile(
    r"\{\{.*?\}\}|[$#]\{[^}]*\}|<[A-Za-z][^<>]*>|(?<![A-Za-z0-9])YOUR[-_ ][A-Z-_]+|%\([a-z_]+\)s"
)
_FOR_SUB = re.compile(r"\$\{(AWS::)?[A-Za-z0-9.]+\}")


def check(request: Part) -> Problems:
    parts = request.named(_NAMES.search)
    for part in parts:
        found = _PLACEHOLDER.search(part.text or "") if part.known else None
        if found:
            yield Problem(
                part,
                f"`{found.group()}` is a placeholder that was not replaced",
                _hint(part, found.group()),
                span=found.span(),
            )
    require_known(parts)


def _hint(part: Part, placeholder: str) -> str:
    if part.plan.is_template and _FOR_SUB.fullmatch(placeholder):
        return "put `!Sub` before the text"
    return "write the value, or render the template before"
