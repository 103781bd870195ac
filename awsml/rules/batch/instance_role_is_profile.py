"""The instance role of a compute environment is the ARN of a role, not of an instance profile.

A bare name is looked up among the instance profiles.

## Why
AWS takes the request; the environment becomes INVALID and every job waits.

## Flagged
    computeEnvironmentName: cpu
    type: MANAGED
    computeResources: {type: EC2, instanceRole: "arn:aws:iam::111122223333:role/ecsInstanceRole"}

## Preferred
    computeEnvironmentName: cpu
    type: MANAGED
    computeResources: {type: EC2,
      instanceRole: "arn:aws:iam::111122223333:instance-profile/ecsInstanceRole"}

## AWS says
CLIENT_ERROR - Invalid IamInstanceProfile: ecsInstanceRole
"""

from awsml.rules.batch._environments import RESOURCES
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.WARNING
CONFIDENCE = Confidence.VERIFIED
APIS = (RESOURCES,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/instance_IAM_role.html"


def check(resources: Part) -> Problems:
    role = resources["instanceRole"]
    if ":role/" in (role.text or ""):
        right = (role.text or "").replace(":role/", ":instance-profile/")
        yield Problem(
            role,
            "an instance profile is wanted, and this is a role",
            f"use the profile that holds the role, such as {right}",
        )
