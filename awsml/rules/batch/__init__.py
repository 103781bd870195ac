"""Rules about compute environments, job queues and scheduling policies of AWS Batch."""

APIS = (
    "batch:CreateComputeEnvironment",
    "batch:CreateJobQueue",
    "batch:CreateSchedulingPolicy",
    "batch:CreateServiceEnvironment",
)
