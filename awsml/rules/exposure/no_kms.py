"""Results or volumes are not encrypted with a key of yours.

Without a key, S3 encrypts with its own. A key of yours adds who may decrypt, and a log of who did.

## Why
Rules of many organisations ask for it. It is a choice, so only `--persona security` hears of it.

## Flagged
    OutputDataConfig: {S3OutputPath: "s3://example-bucket/out"}

## Preferred
    OutputDataConfig: {S3OutputPath: "s3://example-bucket/out", KmsKeyId: alias/training}
"""

from awsml.catalog import instance
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
PERSONA = "security"
APIS = (*TRAINING_JOBS, "sagemaker:CreateEndpointConfig")
SOURCE = "https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html"


def check(request: Part) -> Problems:
    if request.call.operation == "CreateEndpointConfig":
        yield from _unset(request["KmsKeyId"], "the endpoint's volumes")
        return
    yield from _unset(request["OutputDataConfig.KmsKeyId"], "the results of the job")
    part = request["ResourceConfig.InstanceType"]
    machine = instance(part.text) if part.text else None
    if machine and not machine.disk_gb:
        yield from _unset(request["ResourceConfig.VolumeKmsKeyId"], "the job's volumes")


def _unset(key: Part, what: str) -> Problems:
    if not key.exists:
        yield Problem(key, f"{what} are not encrypted with a key of yours", f"set `{key}`")
