"""Rules about secrets, encryption, isolation, placeholders and Regions, over most APIs."""

SAGEMAKER = (
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateModel",
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTransformJob",
)
BATCH = ("batch:RegisterJobDefinition", "batch:SubmitJob")
APIS = (*SAGEMAKER, *BATCH)
