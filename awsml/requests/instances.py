"""Which SageMaker API takes which instance type, by the service's own enums."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache

from awsml.requests.nearest import nearest
from awsml.requests.table import DATA

_FORM = re.compile(
    r"ml\.[a-z][a-z0-9-]*\d[a-z0-9-]*\.(nano|micro|small|medium|large|metal|\d*xlarge)"
)


@dataclass(frozen=True, slots=True)
class InstanceUse:
    """What the enums know of a type. `near` are similar types that do have the use."""

    known: bool
    allowed: bool
    uses: tuple[str, ...]
    plausible: bool
    near: tuple[str, ...]


def instance_use(instance: str, use: str) -> InstanceUse:
    """Whether a type may be used for training, hosting, transform, processing, notebook..."""
    uses = _uses().get(instance, ())
    if use in uses:
        return InstanceUse(True, True, uses, True, ())
    candidates = [name for name, served in _uses().items() if use in served]
    near = () if uses else tuple(nearest(_prefixed(instance), candidates, 2))
    return InstanceUse(bool(uses), False, uses, looks_like_instance(instance), near)


def looks_like_instance(text: str) -> bool:
    """Whether a string has the form of a SageMaker instance type, known or not."""
    return _FORM.fullmatch(text) is not None


def _prefixed(instance: str) -> str:
    return instance if instance.startswith("ml.") else f"ml.{instance}"


@cache
def _uses() -> dict[str, tuple[str, ...]]:
    path = DATA / "sagemaker" / "instance-types.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    return {name: tuple(uses) for name, uses in stored.items()}
