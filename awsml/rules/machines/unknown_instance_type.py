"""An instance type is in no list that awsml knows.

The name has the form of an instance type. It may be newer than the lists, which carry a date, or
it is a slip of the pen.

## Why
AWS refuses a type that does not exist; one that is new works, and awsml knows neither its price nor
its disks.

## Flagged
    ResourceConfig: {InstanceType: ml.g55.2xlarge, InstanceCount: 1}

## Preferred
    ResourceConfig: {InstanceType: ml.g5.2xlarge, InstanceCount: 1}
"""

from awsml.catalog import accepted_by
from awsml.requests.instances import looks_like_instance
from awsml.requests.table import source
from awsml.rules.machines._types import near_types, use_of
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import HOSTING_MACHINES, TRAINING_MACHINES

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_MACHINES + HOSTING_MACHINES
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html"


def check(machine: Part) -> Problems:
    part = machine["InstanceType"]
    name = part.text
    if name is None or not looks_like_instance(name) or accepted_by(name):
        return
    near = near_types(name, use_of(machine))
    since = source()
    yield Problem(
        part,
        f"`{name}` is not among the types known on {since.date} (botocore {since.botocore})",
        f"check the name; near are {', '.join(near)}" if near else "check the name",
    )
