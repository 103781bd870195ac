"""The profiler samples at an interval that does not exist.

Every 100, 200, 500, 1,000, 5,000 or 60,000 milliseconds.

## Why
AWS refuses the request.

## Flagged
    ProfilerConfig: {S3OutputPath: "s3://acme/profile/", ProfilingIntervalInMilliseconds: 300}

## Preferred
    ProfilerConfig: {S3OutputPath: "s3://acme/profile/", ProfilingIntervalInMilliseconds: 500}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = ("sagemaker:CreateTrainingJob/ProfilerConfig",)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProfilerConfig.html"

_MILLISECONDS = (100, 200, 500, 1000, 5000, 60000)


def check(profiler: Part) -> Problems:
    every = profiler["ProfilingIntervalInMilliseconds"]
    if every.number is not None and every.number not in _MILLISECONDS:
        message = f"the profiler does not sample every {every.number:g} ms"
        hint = f"use {', '.join(map(str, _MILLISECONDS))}"
        yield Problem(every, message, hint)
