"""Which SageMaker use an API stands for, and what is wrong with a type that has no such use."""

from __future__ import annotations

from awsml.catalog import accepted_by, instances
from awsml.nearness import nearest
from awsml.requests.instances import looks_like_instance
from awsml.rules.rule import Part, Problem, Problems


def use_of(machine: Part) -> str:
    """The use that the instances of a request are for."""
    return "hosting" if machine.call.operation == "CreateEndpointConfig" else "training"


def not_for(use: str, machine: Part) -> Problems:
    """A type that has other uses or none. One that only looks new is not judged here."""
    part = machine["InstanceType"]
    name = part.text
    if name is None:
        return
    uses = accepted_by(name) if name.startswith("ml.") else frozenset()
    if use in uses or (not uses and looks_like_instance(name)):
        return
    near = near_types(name, use)
    yield Problem(part, _fact(name, uses, use), f"use {' or '.join(near)}" if near else None)


def _fact(name: str, uses: frozenset[str], use: str) -> str:
    if uses:
        return f"`{name}` is for {', '.join(sorted(uses))}, not for {use}"
    if looks_like_instance(f"ml.{name}"):
        return f"`{name}` is a name of EC2; SageMaker's begin with `ml.`"
    return f"`{name}` is no instance type"


def near_types(name: str, use: str) -> list[str]:
    """Types of that use whose names are most similar, without those that are gone."""
    kept = (one for one in instances() if not one.retired)
    served = [one.ml_name for one in kept if use in accepted_by(one.ml_name)]
    return nearest(name if name.startswith("ml.") else f"ml.{name}", served, 3)
