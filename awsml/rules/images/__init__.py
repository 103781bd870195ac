"""Rules about container images, over most APIs."""

APIS = (
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateModel",
    "sagemaker:CreateProcessingJob",
    "batch:RegisterJobDefinition",
)
