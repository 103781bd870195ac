"""Rules about container images, over most APIs."""

SAGEMAKER = (
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateModel",
    "sagemaker:CreateProcessingJob",
)
BATCH = ("batch:RegisterJobDefinition",)
APIS = (*SAGEMAKER, *BATCH)
