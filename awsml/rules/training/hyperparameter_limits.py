"""A hyperparameter is longer than the documentation allows.

The text of the API says 256 characters for a value, its model 2,500. Beyond 2,500 the request is
refused (`length-limit`); between the two, nobody promises anything.

## Why
Long values (lists, JSON) are better kept in a file on a channel.

## Flagged
    HyperParameters:
      layers: >-
        512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,
        512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,
        512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,
        512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,512,

## Preferred
    HyperParameters: {layers: "512x64"}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html"

_DOCUMENTED, _MODELLED = 256, 2500


def check(job: Part) -> Problems:
    # A tuning job calls them StaticHyperParameters.
    for parameters in (job["HyperParameters"], job["StaticHyperParameters"]):
        for key, value in parameters.entries:
            if value.text is not None and _DOCUMENTED < len(value.text) <= _MODELLED:
                yield Problem(
                    value,
                    f"the value of `{key}` has {len(value.text)} characters, and the documentation "
                    f"allows {_DOCUMENTED}",
                    "keep long values in a file on an input channel",
                )
