"""A scaling policy has settings of another type, or none of its own.

A target tracking policy has `TargetTrackingScalingPolicyConfiguration` and nothing else, a step
policy `StepScalingPolicyConfiguration`. Predictive scaling is for Amazon ECS.

## Why
AWS refuses the request.

## Flagged
    PolicyType: StepScaling
    TargetTrackingScalingPolicyConfiguration:
      TargetValue: 600
      PredefinedMetricSpecification:
        PredefinedMetricType: SageMakerVariantInvocationsPerInstance

## Preferred
    PolicyType: TargetTrackingScaling
    TargetTrackingScalingPolicyConfiguration:
      TargetValue: 600
      PredefinedMetricSpecification:
        PredefinedMetricType: SageMakerVariantInvocationsPerInstance

## AWS says
You must only provide a single scaling policy configuration, which must match the scaling policy
type specified.
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.scaling._targets import POLICY

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (POLICY,)
SOURCE = (
    "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html"
)

_SETTINGS = {
    "TargetTrackingScaling": "TargetTrackingScalingPolicyConfiguration",
    "StepScaling": "StepScalingPolicyConfiguration",
    "PredictiveScaling": "PredictiveScalingPolicyConfiguration",
}


def check(policy: Part) -> Problems:
    kind, service = policy["PolicyType"], policy["ServiceNamespace"]
    # Without a type AWS takes the policy for one of steps.
    name = kind.text or "StepScaling"
    if name not in _SETTINGS:
        return
    if name == "PredictiveScaling" and service.text not in (None, "ecs"):
        yield Problem(
            kind,
            f"predictive scaling is for ecs, not for {service.text}",
            "use TargetTrackingScaling",
        )
        return
    own = _SETTINGS[name]
    if not policy[own].exists:
        at = kind if kind.exists else policy
        yield Problem(at, f"a policy of type {name} needs `{own}`", f"add `{own}`")
    for other in _SETTINGS.values():
        if other != own and policy[other].exists:
            yield Problem(
                policy[other],
                f"`{other}` is given to a policy of type {name}",
                "remove it, or change PolicyType",
                related=((kind, "the type"),) if kind.exists else (),
            )
