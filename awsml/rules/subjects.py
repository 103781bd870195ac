"""Where training jobs, channels and machines stand in requests, for rules about them."""

from __future__ import annotations

_TRAINING = "sagemaker:CreateTrainingJob"
_TUNING = "sagemaker:CreateHyperParameterTuningJob"
_ENDPOINT = "sagemaker:CreateEndpointConfig"

TRAINING_JOBS = (
    _TRAINING,
    f"{_TUNING}/TrainingJobDefinition",
    f"{_TUNING}/TrainingJobDefinitions[]",
)


def within(jobs: tuple[str, ...], path: str) -> tuple[str, ...]:
    """The places of a path below each of several places."""
    return tuple(f"{place}{'.' if '/' in place else '/'}{path}" for place in jobs)


TRAINING_CHANNELS = within(TRAINING_JOBS, "InputDataConfig[]")
TRAINING_RESOURCES = within(TRAINING_JOBS, "ResourceConfig")
# Structures with an InstanceType.
TRAINING_MACHINES = (
    *TRAINING_RESOURCES,
    *within(TRAINING_JOBS, "ResourceConfig.InstanceGroups[]"),
    *within(TRAINING_JOBS, "ResourceConfig.InstancePreferences[]"),
    *within(TRAINING_JOBS[1:], "HyperParameterTuningResourceConfig"),
    *within(TRAINING_JOBS[1:], "HyperParameterTuningResourceConfig.InstanceConfigs[]"),
)
HOSTING_MACHINES = (
    f"{_ENDPOINT}/ProductionVariants[]",
    f"{_ENDPOINT}/ProductionVariants[].InstancePools[]",
    f"{_ENDPOINT}/ShadowProductionVariants[]",
)
