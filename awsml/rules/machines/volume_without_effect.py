"""A volume is larger than the local disk that the instance type has instead.

Types with NVMe disks get no EBS volume: their storage is what the disks hold, whatever
`VolumeSizeInGB` says.

## Why
Data that were meant for the volume fill the disk, and the job fails.

## Flagged
    ResourceConfig: {InstanceType: ml.g5.2xlarge, InstanceCount: 1, VolumeSizeInGB: 1000}

## Preferred
    ResourceConfig: {InstanceType: ml.g5.16xlarge, InstanceCount: 1, VolumeSizeInGB: 1000}
"""

from awsml.catalog import instance
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_RESOURCES

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_RESOURCES
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html"

_BYTES_PER_GIB = 1024**3


def check(resources: Part) -> Problems:
    volume, part = resources["VolumeSizeInGB"], resources["InstanceType"]
    if volume.number is None or part.text is None:
        return
    machine = instance(part.text)
    if machine and 0 < machine.disk_gb * 10**9 < volume.number * _BYTES_PER_GIB:
        yield Problem(
            volume,
            f"`{part.text}` has {machine.disk_gb} GB of local disk and gets no volume of "
            f"{volume.number} GiB",
            "stream the data (FastFile or Pipe), or use a type with more disk",
            related=((part, f"{machine.disk_gb} GB is all the storage of this type"),),
        )
