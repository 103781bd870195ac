"""Rules about CloudFormation templates: what resources of one template say of each other."""

APIS = (
    "sagemaker:CreateModel",
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateEndpoint",
    "sagemaker:UpdateEndpoint",
    "sagemaker:CreateInferenceComponent",
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateProcessingJob",
    "application-autoscaling:RegisterScalableTarget",
    "batch:CreateComputeEnvironment",
    "batch:CreateJobQueue",
    "batch:RegisterJobDefinition",
    "events:PutRule",
    "events:PutTargets",
    "scheduler:CreateSchedule",
)
