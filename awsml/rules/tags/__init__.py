"""Rules about tags, over every API that takes them."""

APIS = (
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTransformJob",
    "sagemaker:CreateModel",
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateEndpoint",
    "sagemaker:CreateInferenceComponent",
    "application-autoscaling:RegisterScalableTarget",
    "batch:CreateComputeEnvironment",
    "batch:CreateJobQueue",
    "batch:CreateSchedulingPolicy",
    "batch:CreateServiceEnvironment",
    "batch:RegisterJobDefinition",
    "batch:SubmitJob",
    "batch:SubmitServiceJob",
    "events:PutRule",
    "cloudformation:CreateStack",
    "cloudformation:CreateChangeSet",
)
