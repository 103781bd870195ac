"""Where training jobs and their channels stand in requests, for rules about either."""

from __future__ import annotations

TRAINING_JOBS = (
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateHyperParameterTuningJob/TrainingJobDefinition",
    "sagemaker:CreateHyperParameterTuningJob/TrainingJobDefinitions[]",
)
TRAINING_CHANNELS = tuple(
    place + ("." if "/" in place else "/") + "InputDataConfig[]" for place in TRAINING_JOBS
)
