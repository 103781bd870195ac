"""An instance type is not offered in the Region of the job.

AWS publishes where EC2 offers a type, and prices of SageMaker by Region. Where neither names the
type for the Region, the job would not start.

## Why
The request is refused, or the job fails for want of capacity.

## Flagged
    api: sagemaker:CreateTrainingJob
    region: eu-central-1
    params: {ResourceConfig: {InstanceType: ml.p3dn.24xlarge, InstanceCount: 1}}

## Preferred
    api: sagemaker:CreateTrainingJob
    region: us-east-1
    params: {ResourceConfig: {InstanceType: ml.p3dn.24xlarge, InstanceCount: 1}}
"""

from functools import lru_cache

from awsml.catalog import offered, offering_regions
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import HOSTING_MACHINES, TRAINING_MACHINES

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_MACHINES + HOSTING_MACHINES
SOURCE = "https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-regions.html"


def check(machine: Part) -> Problems:
    part = machine["InstanceType"]
    region = machine.plan.region
    if region is None or part.text is None:
        return
    if _is_offered(part.text, region) is False:
        elsewhere = offering_regions(part.text)
        shown = ", ".join(elsewhere[:6]) + (" and others" if len(elsewhere) > 6 else "")
        yield Problem(
            part,
            f"`{part.text}` is not known to be offered in {region}",
            f"use another type, or a Region that has it: {shown}" if shown else "use another type",
        )


@lru_cache(maxsize=1024)
def _is_offered(instance: str, region: str) -> bool | None:
    """None where nothing is known; remembered, since the price table is long."""
    fact = offered(instance, region)
    return None if fact is None else bool(fact.value)
