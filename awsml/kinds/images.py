"""Which image a scenario means: a registry URI, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from awsml import catalog
from awsml.finding import Finding, Level
from awsml.kinds.kind import Context
from awsml.kinds.parts import Image
from awsml.plan import Ref, Unknown


@dataclass(frozen=True, slots=True)
class ChosenImage:
    """The value of an image parameter, the scenario field behind it, and complaints."""

    value: Any
    field: str
    problems: list[Finding] = field(default_factory=list)
