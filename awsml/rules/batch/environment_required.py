"""A compute environment lacks what its kind needs, or has what it does not take.

A managed environment has `computeResources`; on EC2 and Spot an instance role, subnets, and
security groups unless a launch template brings them. An unmanaged one has a service role of its
own. Every one is created ENABLED.

## Why
AWS refuses the request.

## Flagged
    computeEnvironmentName: cpu
    type: MANAGED
    state: DISABLED
    computeResources:
      type: EC2
      maxvCpus: 64
      instanceTypes: [c7i]
      subnets: [subnet-0a1b2c3d]
      securityGroupIds: [sg-0a1b2c3d]

## Preferred
    computeEnvironmentName: cpu
    type: MANAGED
    computeResources:
      type: EC2
      maxvCpus: 64
      instanceTypes: [c7i]
      subnets: [subnet-0a1b2c3d]
      securityGroupIds: [sg-0a1b2c3d]
      instanceRole: arn:aws:iam::111122223333:instance-profile/ecsInstanceRole

## AWS says
Instance role is required.
"""

from awsml.rules.batch._environments import CREATE, is_fargate, kind_of, on_machines
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (CREATE,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateComputeEnvironment.html"


def check(environment: Part) -> Problems:
    kind, state = environment["type"], environment["state"]
    if (state.text or "").upper() == "DISABLED":
        message = "an environment is created ENABLED"
        yield Problem(state, message, "leave it out, and disable it later", fix="ENABLED")
    resources = environment["computeResources"]
    if (kind.text or "").upper() == "UNMANAGED":
        yield from _unmanaged(environment, resources)
    elif (kind.text or "").upper() == "MANAGED":
        own = environment["unmanagedvCpus"]
        if own.exists:
            yield Problem(own, f"`{own}` is for unmanaged environments", "remove it")
        if resources.exists:
            yield from _managed(environment, resources)
        else:
            message = "a managed environment needs `computeResources`"
            yield Problem(environment, message, "add `computeResources`")


def _unmanaged(environment: Part, resources: Part) -> Problems:
    role = environment["serviceRole"]
    if not role.exists:
        message = "an unmanaged environment needs a service role"
        yield Problem(environment, message, "add `serviceRole`")
    elif "/aws-service-role/" in (role.text or ""):
        message = "the service-linked role is for managed environments"
        yield Problem(role, message, "use a role of your own, such as AWSBatchServiceRole")
    if resources.exists and is_fargate(resources):
        message = "Fargate is for managed environments"
        yield Problem(resources["type"], message, "use type: MANAGED", ((environment["type"], ""),))


def _managed(environment: Part, resources: Part) -> Problems:
    if kind_of(resources) == "ECS_MANAGED_INSTANCES":
        return
    template = resources["launchTemplate"]
    if on_machines(resources) and not resources["instanceRole"].exists:
        message = f"`{resources}` has no instance role"
        yield Problem(resources, message, "add `instanceRole`, the ARN of an instance profile")
    if _none(resources["subnets"]):
        yield Problem(resources, f"`{resources}` has no subnets", "add `subnets`")
    if _none(resources["securityGroupIds"]) and not template.exists:
        yield Problem(resources, f"`{resources}` has no security groups", "add `securityGroupIds`")


def _none(names: Part) -> bool:
    """Whether it is absent or an empty list; what is no list is another complaint."""
    return names.value is None or names.value == []
