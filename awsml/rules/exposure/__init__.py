"""Rules about secrets, encryption, isolation, placeholders and Regions, over most APIs."""

APIS = (
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateModel",
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTransformJob",
    "batch:RegisterJobDefinition",
    "batch:SubmitJob",
)
