"""Which SageMaker use an API stands for, and what to offer instead of a wrong type."""

from __future__ import annotations

from awsml.catalog import accepted_by, instances, nearest
from awsml.rules.rule import Part


def use_of(machine: Part) -> str:
    """The use that the instances of a request are for."""
    return "hosting" if machine.call.operation == "CreateEndpointConfig" else "training"


def near_types(name: str, use: str) -> tuple[str, ...]:
    """Types of that use whose names are most similar."""
    served = [one.ml_name for one in instances() if use in accepted_by(one.ml_name)]
    return nearest(name if name.startswith("ml.") else f"ml.{name}", served)
