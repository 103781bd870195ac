"""A tuning job is larger than the service allows.

At most 750 training jobs (random search: 10,000), 100 at once (10 until the quota is raised), 30
tuned hyperparameters in all, 30 values of a category.

## Why
AWS refuses the request.

## Flagged
    HyperParameterTuningJobConfig:
      Strategy: Bayesian
      ResourceLimits: {MaxNumberOfTrainingJobs: 1000, MaxParallelTrainingJobs: 10}

## Preferred
    HyperParameterTuningJobConfig:
      Strategy: Random
      ResourceLimits: {MaxNumberOfTrainingJobs: 1000, MaxParallelTrainingJobs: 10}
"""

from awsml.catalog import limit
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.tuning._search import CONFIG, TUNING, definitions, ranges_of, tuned

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.DOCUMENTED
APIS = (TUNING,)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-limits.html"


def check(job: Part) -> Problems:
    limits = job[f"{CONFIG}.ResourceLimits"]
    jobs, parallel = limits["MaxNumberOfTrainingJobs"], limits["MaxParallelTrainingJobs"]
    random = job[f"{CONFIG}.Strategy"].text == "Random"
    most = _limit("tuning_random_jobs_maximum" if random else "tuning_jobs_maximum")
    if jobs.number is not None and jobs.number > most:
        yield Problem(
            jobs,
            f"{jobs.number} training jobs are more than the {most} of a tuning job",
            f"use up to {most}" if random else f"use up to {most}, or random search",
        )
    yield from _parallel(parallel)
    yield from _parameters(job)
    yield from _environment(job)


def _parallel(parallel: Part) -> Problems:
    most, usual = _limit("tuning_parallel_maximum"), _limit("tuning_parallel_default")
    if parallel.number is None or parallel.number <= usual:
        return
    raised = parallel.number <= most
    yield Problem(
        parallel,
        f"{parallel.number} training jobs at once are more than "
        f"{f'the {usual} of an account whose quota was not raised' if raised else most}",
        f"use up to {usual}, or ask for a higher quota" if raised else f"use up to {most}",
        level=Level.WARNING if raised else None,
    )


def _parameters(job: Part) -> Problems:
    most, choices = _limit("tuning_parameters_maximum"), _limit("tuning_choices_maximum")
    checked: set[str] = set()
    for definition in definitions(job) or [job]:
        ranges = ranges_of(job, definition)
        if ranges.path in checked:
            continue
        checked.add(ranges.path)
        parameters = tuned(ranges)
        if len(parameters) > most:
            message = f"{len(parameters)} hyperparameters are tuned, and at most {most} can be"
            yield Problem(ranges, message, "fix some of them")
        for parameter in parameters:
            values = parameter["Values"]
            if len(values.items) > choices:
                yield Problem(
                    values,
                    f"`{parameter['Name'].text}` has {len(values.items)} values, and a category "
                    f"has at most {choices}",
                    "use fewer values, or a range of integers",
                )


def _environment(job: Part) -> Problems:
    most = _limit("tuning_environment_maximum")
    found = [definition["Environment"] for definition in definitions(job)]
    total = sum(len(environment.entries) for environment in found)
    if total > most:
        message = f"{total} environment variables are given, and at most {most} can be"
        yield Problem(found[-1], message, "pass them in a file, or as hyperparameters")


def _limit(name: str) -> int:
    return int(limit(name).value)
