"""An environment on Amazon EKS is described in a way that only suits Amazon ECS.

It runs on EC2 or Spot, says its allocation strategy (not BEST_FIT) and `minvCpus`, and names a
cluster of its own Region by its ARN. The service-linked role alone gets rights in the cluster, so a
service role of your own is a warning. The namespace is a DNS label of at most 63 characters, and
neither `default` nor one of the system.

## Why
AWS refuses the request.

## Flagged
    computeEnvironmentName: eks
    type: MANAGED
    eksConfiguration: {eksClusterArn: "arn:aws:eks:us-east-1:111122223333:cluster/c",
      kubernetesNamespace: default}

## Preferred
    computeEnvironmentName: eks
    type: MANAGED
    eksConfiguration: {eksClusterArn: "arn:aws:eks:us-east-1:111122223333:cluster/c",
      kubernetesNamespace: batch-jobs}

## AWS says
kubernetesNamespace cannot be the default Kubernetes namespace
"""

import re

from awsml.rules.arns import parse_arn
from awsml.rules.batch._environments import CREATE, is_fargate, on_machines
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = (CREATE,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_EksConfiguration.html"

_CLUSTER = re.compile(r"arn:[a-z0-9-]+:eks:[a-z0-9-]+:\d{12}:cluster/.+")
_NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def check(environment: Part) -> Problems:
    eks, resources = environment["eksConfiguration"], environment["computeResources"]
    if not eks.exists:
        return
    cluster = eks["eksClusterArn"]
    if cluster.text is not None and not _CLUSTER.fullmatch(cluster.text):
        message = f"`{cluster.text}` is no ARN of a cluster"
        yield Problem(cluster, message, "write arn:aws:eks:REGION:ACCOUNT:cluster/NAME")
    yield from _region(cluster)
    yield from _namespace(eks["kubernetesNamespace"])
    yield from _machines(resources, ((eks, "an environment on Amazon EKS"),))
    role = environment["serviceRole"]
    if role.text and "AWSServiceRoleForBatch" not in role.text:
        message = "in the cluster only the service-linked role of AWS Batch has rights"
        hint = "leave it out, and AWS Batch uses AWSServiceRoleForBatch"
        yield Problem(role, message, hint, ((eks, "Amazon EKS"),), level=Level.WARNING)


def _region(cluster: Part) -> Problems:
    arn, region = parse_arn(cluster.text or ""), cluster.plan.region
    if arn and arn.region and region and arn.region != region:
        message = f"the cluster is in {arn.region}, and the environment in {region}"
        yield Problem(cluster, message, "use a cluster of the same Region")


def _namespace(space: Part) -> Problems:
    if space.text is None:
        return
    if space.text == "default" or space.text.startswith("kube-"):
        message = f"jobs do not run in the namespace `{space.text}`"
        yield Problem(space, message, "make a namespace of their own")
    elif not _NAMESPACE.fullmatch(space.text):
        message = f"`{space.text}` is no namespace"
        yield Problem(space, message, "use at most 63 small letters, digits and hyphens")


def _machines(resources: Part, because: tuple[tuple[Part, str], ...]) -> Problems:
    if is_fargate(resources):
        message = "an environment on Amazon EKS runs on EC2 or SPOT"
        yield Problem(resources["type"], message, "use EC2 or SPOT", because)
    if not on_machines(resources):
        return
    strategy = resources["allocationStrategy"]
    if not strategy.exists or (strategy.text or "").upper() == "BEST_FIT":
        yield Problem(
            strategy if strategy.exists else resources,
            "an environment on Amazon EKS does not take BEST_FIT, which is the default",
            "set `allocationStrategy: BEST_FIT_PROGRESSIVE`",
            because,
        )
    if not resources["minvCpus"].exists:
        message = "an environment on Amazon EKS says how many vCPUs it keeps"
        yield Problem(resources, message, "add `minvCpus: 0`", because)
