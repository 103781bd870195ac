"""A volume is given to a variant whose instances have disks of their own.

Types with local NVMe disks (g4dn, g5, g6, p4d, p5, trn1, m5d and others) take no EBS volume.

## Why
AWS refuses the request.

## Flagged
    EndpointConfigName: detector
    ProductionVariants:
      - VariantName: all
        ModelName: detector
        InstanceType: ml.g4dn.xlarge
        InitialInstanceCount: 1
        VolumeSizeInGB: 100

## Preferred
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: all, ModelName: detector, InstanceType: ml.g4dn.xlarge,
          InitialInstanceCount: 1}

## AWS says
VolumeSize parameter is not allowed for the selected Instance type
"""

from awsml.catalog import instance
from awsml.rules.hosting._variants import VARIANTS
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = VARIANTS
SOURCE = "https://github.com/autogluon/autogluon-cloud/pull/50"


def check(variant: Part) -> Problems:
    volume, kind = variant["VolumeSizeInGB"], variant["InstanceType"]
    if not volume.exists or kind.text is None:
        return
    machine = instance(kind.text)
    if machine and machine.disk_gb:
        yield Problem(
            volume,
            f"`{kind.text}` has {machine.disk_gb} GB of disks of its own and takes no volume",
            "remove it",
            related=((kind, f"{machine.disk_gb} GB of local NVMe"),),
        )
