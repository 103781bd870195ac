"""Rules about tuning jobs: objective, ranges, strategy and limits."""

APIS = ("sagemaker:CreateHyperParameterTuningJob",)
