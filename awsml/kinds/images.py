"""Which image a scenario means: a registry URI, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from awsml.finding import Finding
from awsml.kinds.kind import Context
from awsml.kinds.parts import Image
from awsml.plan import Ref


@dataclass(frozen=True, slots=True)
class ChosenImage:
    """The value of an image parameter, the scenario field behind it, and complaints."""

    value: Any
    scenario_field: str
    problems: tuple[Finding, ...] = ()


def chosen_image(
    image: Image, region: str | None, instance: str | None, context: Context, use: str
) -> ChosenImage:
    """The image for a use (training, inference, batch) on an instance in a region."""
    return ChosenImage(image.uri or Ref("image"), "image")
