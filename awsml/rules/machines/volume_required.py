"""A job on an instance type without local disks does not say how large its volume is.

Types without NVMe disks keep data, model and scratch files on an EBS volume, and SageMaker does not
guess its size. Types with local disks need none.

## Why
AWS refuses the request.

## Flagged
    ResourceConfig: {InstanceType: ml.c5.xlarge, InstanceCount: 1}

## Preferred
    ResourceConfig: {InstanceType: ml.c5.xlarge, InstanceCount: 1, VolumeSizeInGB: 30}
"""

from awsml.catalog import instance
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_RESOURCES

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_RESOURCES
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html"


def check(resources: Part) -> Problems:
    volume, part = resources["VolumeSizeInGB"], resources["InstanceType"]
    if volume.exists or part.text is None:
        return
    machine = instance(part.text)
    if machine and not machine.disk_gb:
        yield Problem(
            volume,
            f"`{part.text}` has no local disk, and no volume is asked for",
            f"set `{volume}` to the size of data, model and scratch files in GiB",
            related=((part, "this type has EBS volumes only"),),
        )
