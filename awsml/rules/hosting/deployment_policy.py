"""The way in which an endpoint is to be updated contradicts itself.

One policy is given, blue/green or rolling. A canary is at most half of the instances, a linear
step 10 to 50 %, a rolling batch 5 to 50 %, and the time limit covers the waiting.

## Why
AWS refuses the request.

## Flagged
    EndpointName: detector
    EndpointConfigName: detector-2
    DeploymentConfig:
      BlueGreenUpdatePolicy:
        TrafficRoutingConfiguration:
          Type: CANARY
          WaitIntervalInSeconds: 600
          CanarySize: {Type: CAPACITY_PERCENT, Value: 60}

## Preferred
    EndpointName: detector
    EndpointConfigName: detector-2
    DeploymentConfig:
      BlueGreenUpdatePolicy:
        TrafficRoutingConfiguration:
          Type: CANARY
          WaitIntervalInSeconds: 600
          CanarySize: {Type: CAPACITY_PERCENT, Value: 20}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (
    "sagemaker:CreateEndpoint/DeploymentConfig",
    "sagemaker:UpdateEndpoint/DeploymentConfig",
)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeploymentConfig.html"

_SIZE_OF = {"CANARY": "CanarySize", "LINEAR": "LinearStepSize"}


def check(deployment: Part) -> Problems:
    blue, rolling = deployment["BlueGreenUpdatePolicy"], deployment["RollingUpdatePolicy"]
    if blue.exists and rolling.exists:
        yield Problem(
            rolling,
            "a blue/green and a rolling policy are given",
            "keep one of them",
            related=((blue, "blue/green"),),
        )
    if blue.exists:
        yield from _routing(blue["TrafficRoutingConfiguration"])
        yield from _time(blue)
    yield from _percent(rolling["MaximumBatchSize"], 5)


def _routing(routing: Part) -> Problems:
    kind = routing["Type"]
    needed = _SIZE_OF.get(kind.text or "")
    if needed and not routing[needed].exists:
        yield Problem(kind, f"traffic shifts by {kind.text} without `{needed}`", f"add `{needed}`")
    yield from _percent(routing["CanarySize"], 1)
    yield from _percent(routing["LinearStepSize"], 10)


def _percent(size: Part, least: int) -> Problems:
    value = size["Value"]
    if size["Type"].text != "CAPACITY_PERCENT" or value.number is None:
        return
    if not least <= value.number <= 50:
        message = f"`{size}` is {value.number} %, and may be {least} to 50 %"
        yield Problem(value, message, f"use {least} to 50")


def _time(blue: Part) -> Problems:
    limit = blue["MaximumExecutionTimeoutInSeconds"]
    wait = blue["TrafficRoutingConfiguration.WaitIntervalInSeconds"].number or 0
    waiting = wait + (blue["TerminationWaitInSeconds"].number or 0)
    if limit.number is not None and limit.number <= waiting:
        yield Problem(
            limit,
            f"the deployment ends after {limit.number} s, and waits for {waiting} s",
            f"set it above {waiting}",
        )
