"""Hints in the words of the file they are about: a scenario's, or a request's."""

from __future__ import annotations

from awsml.plan import Source
from awsml.rules.part import Part
from awsml.units import exact_duration

# A scenario's words for values of requests that it spells otherwise.
_WORDS = {
    "FullyReplicated": "replicated",
    "ShardedByS3Key": "sharded",
    "AugmentedManifestFile": "augmented-manifest",
    "Logarithmic": "log",
    "ReverseLogarithmic": "reverse-log",
}


def in_scenario(part: Part) -> bool:
    """Whether the call was compiled from a scenario, and the part is not one of those that the
    scenario states in AWS's own words."""
    if part.plan.plan.made_from is not None:
        return True
    exact = part.call.origins.get(part.path)
    if exact is not None and exact.source is Source.RAW:
        return False
    return any(o.field and o.source is not Source.RAW for o in part.call.origins.values())


def word(part: Part, value: str) -> str:
    """A value as the file writes it: `file` for File in a scenario."""
    return _WORDS.get(value, value.lower()) if in_scenario(part) else value


def either(part: Part, scenario: str, request: str) -> str:
    return scenario if in_scenario(part) else request


def seconds(part: Part, value: float) -> str:
    """A time as the file writes it: 15m in a scenario, 900 in a request."""
    return exact_duration(value) if in_scenario(part) else f"{value:.0f}"
