"""A key for the storage volume is given, and the instance type has local disks.

Types with NVMe disks (G4dn, G5, G6, P4d, P5 and others) get no EBS volume. Their disks are
encrypted by the hardware with a key of its own.

## Why
AWS refuses the request.

## Flagged
    ResourceConfig:
      {InstanceType: ml.g5.2xlarge, InstanceCount: 1, VolumeKmsKeyId: alias/training}

## Preferred
    ResourceConfig:
      {InstanceType: ml.m5.xlarge, InstanceCount: 1, VolumeSizeInGB: 50, VolumeKmsKeyId: alias/k}
"""

from awsml.catalog import instance
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS, TRAINING_RESOURCES, within

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_RESOURCES + within(TRAINING_JOBS[1:], "HyperParameterTuningResourceConfig")
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html"


def check(resources: Part) -> Problems:
    key, part = resources["VolumeKmsKeyId"], resources["InstanceType"]
    if not key.exists or part.text is None:
        return
    machine = instance(part.text)
    if machine and machine.disk_gb:
        yield Problem(
            key,
            f"`{part.text}` has local disks, which take no key of yours",
            f"remove `{key}`: the disks are encrypted by the hardware",
            related=((part, f"{machine.disk_gb} GB of local NVMe"),),
        )
