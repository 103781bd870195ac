"""A job uses a training plan and Spot at once.

A training plan is capacity that was paid for beforehand.

## Why
Reserved capacity and Spot capacity exclude each other.

## Flagged
    EnableManagedSpotTraining: true
    ResourceConfig:
      InstanceType: ml.p5.48xlarge
      InstanceCount: 1
      TrainingPlanArn: arn:aws:sagemaker:us-east-1:111122223333:training-plan/p

## Preferred
    ResourceConfig:
      InstanceType: ml.p5.48xlarge
      InstanceCount: 1
      TrainingPlanArn: arn:aws:sagemaker:us-east-1:111122223333:training-plan/p
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.ERROR
CONFIDENCE = Confidence.INFERRED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/reserve-capacity-with-training-plans.html"


def check(job: Part) -> Problems:
    plan, spot = job["ResourceConfig.TrainingPlanArn"], job["EnableManagedSpotTraining"]
    if plan.exists and spot.flag:
        yield Problem(
            spot,
            "a job on a training plan does not use Spot",
            f"set `{spot}` to false, or remove `{plan}`",
            related=((plan, "the plan reserves capacity"),),
        )
