"""Rules about training jobs, also where a tuning job defines them."""

APIS = ("sagemaker:CreateTrainingJob", "sagemaker:CreateHyperParameterTuningJob")
