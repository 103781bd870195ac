"""Which built-in algorithm a job uses."""

from __future__ import annotations

from awsml.catalog import Algorithm, algorithm_of_image
from awsml.rules.rule import Part


def algorithm_of(job: Part) -> Algorithm | None:
    """The built-in algorithm of a job's image; None for frameworks and own images."""
    image = job["AlgorithmSpecification.TrainingImage"].text
    return algorithm_of_image(image) if image else None
