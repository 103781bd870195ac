"""Several instances of a job talk to each other without encryption.

`EnableInterContainerTrafficEncryption` encrypts what the instances of a job send each other. It
slows down training that exchanges much, and does nothing on one instance.

## Why
Rules for sensitive data ask for it. It costs time, so only `--persona security` hears of it.

## Flagged
    ResourceConfig: {InstanceType: ml.g5.12xlarge, InstanceCount: 4}

## Preferred
    EnableInterContainerTrafficEncryption: true
    ResourceConfig: {InstanceType: ml.g5.12xlarge, InstanceCount: 4}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
PERSONA = "security"
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/train-encrypt.html"


def check(job: Part) -> Problems:
    count = job["ResourceConfig.InstanceCount"]
    encryption = job["EnableInterContainerTrafficEncryption"]
    if count.number and count.number > 1 and not encryption.flag:
        yield Problem(
            encryption,
            f"{count.number} instances talk to each other without encryption",
            f"set `{encryption}` to true; training that exchanges much becomes slower",
            related=((count, "more than one instance"),),
        )
