"""Rules about compute environments and job queues of AWS Batch."""

APIS = ("batch:CreateComputeEnvironment", "batch:CreateJobQueue")
