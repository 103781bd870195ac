"""The settings of Hyperband contradict each other, or belong to another strategy.

Hyperband stops training jobs by itself, so early stopping must be off. It has to know the largest
resource (epochs): from `MaxResource`, or from a static hyperparameter such as `epochs`.

## Why
AWS refuses the request.

## Flagged
    HyperParameterTuningJobConfig: {Strategy: Hyperband, TrainingJobEarlyStoppingType: Auto}
    TrainingJobDefinition: {StaticHyperParameters: {epochs: "27"}}

## Preferred
    HyperParameterTuningJobConfig: {Strategy: Hyperband, TrainingJobEarlyStoppingType: "Off"}
    TrainingJobDefinition: {StaticHyperParameters: {epochs: "27"}}
"""

from awsml.catalog import limit
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.tuning._search import CONFIG, TUNING, definitions
from awsml.rules.wording import either, word

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (TUNING,)
SOURCE = (
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HyperbandStrategyConfig.html"
)

# The static hyperparameters from which AWS infers MaxResource.
_EPOCHS = {"epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs"}


def check(job: Part) -> Problems:
    config = job[CONFIG]
    strategy, settings = config["Strategy"], config["StrategyConfig"]
    if strategy.text is None:
        return
    if strategy.text != "Hyperband":
        if settings["HyperbandStrategyConfig"].exists:
            yield Problem(
                settings,
                f"the settings of Hyperband are given, and the strategy is {strategy.text}",
                f"remove them, or use the strategy {word(strategy, 'Hyperband')}",
                related=((strategy, "the strategy"),),
            )
        return
    stopping = config["TrainingJobEarlyStoppingType"]
    if stopping.text not in (None, "Off"):
        yield Problem(
            stopping,
            "early stopping must be Off: Hyperband stops training jobs by itself",
            either(stopping, "write `early_stopping: off`", "write `Off` in quotes"),
            related=((strategy, "the strategy"),),
            fix=either(stopping, "off", '"Off"'),
        )
    yield from _resources(job, settings["HyperbandStrategyConfig"])


def _resources(job: Part, settings: Part) -> Problems:
    most, least = settings["MaxResource"], settings["MinResource"]
    if not most.exists:
        static = [
            key for one in definitions(job) for key, _ in one["StaticHyperParameters"].entries
        ]
        if _EPOCHS.isdisjoint(static):
            yield Problem(
                job[CONFIG],
                "Hyperband is not told the largest resource, and no static hyperparameter says",
                either(
                    settings,
                    "set `hyperband.max` to the number of epochs",
                    "set `StrategyConfig.HyperbandStrategyConfig.MaxResource` to the number of "
                    "epochs",
                ),
            )
        return
    largest = int(limit("hyperband_resource_maximum").value)
    if most.number is not None and most.number > largest:
        yield Problem(most, f"`{most}` is {most.number}, above {largest}", f"use up to {largest}")
    if least.number is not None and most.number is not None and least.number > most.number:
        yield Problem(
            least,
            f"the smallest resource is {least.number}, above the largest",
            "swap the two",
            related=((most, "the largest"),),
        )
