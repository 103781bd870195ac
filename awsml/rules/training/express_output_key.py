"""Results go to a directory bucket, with a key of KMS.

Buckets of S3 Express One Zone (their names end in `--x-s3`) encrypt what SageMaker writes with keys
of S3 itself.

## Why
AWS refuses the request.

## Flagged
    OutputDataConfig:
      S3OutputPath: s3://acme-runs--use1-az4--x-s3/out
      KmsKeyId: alias/training

## Preferred
    OutputDataConfig: {S3OutputPath: "s3://acme-runs--use1-az4--x-s3/out"}

## AWS says
KMS key is not supported for Amazon S3 Express One Zone
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.s3 import split_uri
from awsml.rules.subjects import TRAINING_JOBS, within

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = within(TRAINING_JOBS, "OutputDataConfig")
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputDataConfig.html"


def check(output: Part) -> Problems:
    path, key = output["S3OutputPath"], output["KmsKeyId"]
    if not key.exists or key.text == "":
        return
    bucket = split_uri(path.text or "")
    if bucket and bucket[0].endswith("--x-s3"):
        yield Problem(
            key,
            "a directory bucket takes no key of KMS",
            f"remove `{key}`, or write to a general purpose bucket",
            related=((path, "a directory bucket"),),
        )
