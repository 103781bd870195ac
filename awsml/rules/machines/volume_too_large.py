"""A training volume is larger than a gp2 volume can be.

SageMaker's training volumes are gp2 volumes of EBS, of 16,384 GiB at most.

## Why
AWS refuses the request.

## Flagged
    ResourceConfig: {InstanceType: ml.m5.xlarge, InstanceCount: 1, VolumeSizeInGB: 20000}

## Preferred
    ResourceConfig: {InstanceType: ml.m5.xlarge, InstanceCount: 1, VolumeSizeInGB: 16000}
"""

from awsml.catalog import instance, limit
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_RESOURCES

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_RESOURCES
SOURCE = "https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html"


def check(resources: Part) -> Problems:
    volume = resources["VolumeSizeInGB"]
    most = int(limit("gp2_volume_maximum").value)
    if volume.number is None or volume.number <= most:
        return
    part = resources["InstanceType"]
    machine = instance(part.text) if part.text else None
    # With local disks there is no volume, and volume-without-effect says what there is.
    if machine is None or not machine.disk_gb:
        yield Problem(
            volume,
            f"a volume of {volume.number} GiB is more than the {most} GiB of a gp2 volume",
            "stream the data (FastFile or Pipe), or shard them over more instances",
        )
