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
AROUND = (
    "sagemaker:CreateEndpoint",
    "sagemaker:CreateInferenceComponent",
    "application-autoscaling:RegisterScalableTarget",
    "application-autoscaling:PutScalingPolicy",
    "batch:CreateComputeEnvironment",
    "batch:CreateJobQueue",
    "events:PutRule",
    "events:PutTargets",
    "scheduler:CreateSchedule",
)
APIS = (*SAGEMAKER, *BATCH, *AROUND)
