"""A list of preferred instance types is mixed with what excludes it.

`InstancePreferences` lets SageMaker take the first type that has capacity. It excludes
`InstanceType`, `InstanceGroups`, `InstancePlacementConfig` and Spot. The count stands either in
every preference or once for the job. A type comes once.

## Why
AWS refuses the request.

## Flagged
    EnableManagedSpotTraining: true
    ResourceConfig:
      InstanceCount: 1
      InstancePreferences: [{InstanceType: ml.g5.xlarge}, {InstanceType: ml.g6.xlarge}]

## Preferred
    ResourceConfig:
      InstanceCount: 1
      InstancePreferences: [{InstanceType: ml.g5.xlarge}, {InstanceType: ml.g6.xlarge}]
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html"


def check(job: Part) -> Problems:
    resources = job["ResourceConfig"]
    preferences = resources["InstancePreferences"]
    if not preferences.items:
        return
    related = ((preferences, "these are the preferences"),)
    for name in ("InstanceType", "InstanceGroups", "InstancePlacementConfig"):
        if resources[name].exists:
            yield Problem(
                resources[name],
                f"`{resources[name]}` is given beside a list of preferred types",
                "keep one of the two",
                related,
            )
    spot = job["EnableManagedSpotTraining"]
    if spot.flag:
        yield Problem(
            spot,
            "a Spot job cannot have a list of preferred types",
            f"turn Spot off, or replace `{preferences}` by one instance type",
            related,
        )
    plan = resources["TrainingPlanArn"]
    own = [one["TrainingPlanArns"] for one in preferences.items if one["TrainingPlanArns"].exists]
    if plan.exists and own:
        because = ((own[0], "plans of one type"),)
        message = "a training plan is named for the job and for a preferred type"
        yield Problem(plan, message, "keep it in one of the two places", because)
    yield from _repeated(preferences)
    yield from _counts(resources["InstanceCount"], preferences)


def _repeated(preferences: Part) -> Problems:
    seen: dict[str, Part] = {}
    for preference in preferences.items:
        part = preference["InstanceType"]
        if part.text is not None and part.text in seen:
            yield Problem(
                part,
                f"`{part.text}` is preferred twice",
                "name each type once",
                ((seen[part.text], "the first time"),),
            )
        elif part.text is not None:
            seen[part.text] = part


def _counts(whole: Part, preferences: Part) -> Problems:
    counts = [preference["InstanceCount"] for preference in preferences.items]
    given = [count for count in counts if count.exists]
    if given and whole.exists:
        yield Problem(
            given[0],
            "the count stands in a preference and for the job as well",
            "keep it in one of the two places",
            ((whole, "the count of the job"),),
        )
    elif len(given) not in (0, len(counts)):
        missing = next(count for count in counts if not count.exists)
        yield Problem(missing, "some preferences have a count, others have none", "give all one")
    elif not given and not whole.exists:
        yield Problem(preferences, "neither the preferences nor the job say how many instances")
