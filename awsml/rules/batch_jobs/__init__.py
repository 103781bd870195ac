"""Rules about job definitions and submitted jobs of AWS Batch."""

APIS = (
    "batch:RegisterJobDefinition",
    "batch:SubmitJob",
    "batch:CreateComputeEnvironment",
    "batch:CreateJobQueue",
    "batch:CreateSchedulingPolicy",
    "batch:CreateServiceEnvironment",
)
