"""What a scalable target is: the service, the resource and the dimension that go together."""

from __future__ import annotations

import re
from typing import NamedTuple

from awsml.rules.rule import Part

REGISTER = "application-autoscaling:RegisterScalableTarget"
POLICY = "application-autoscaling:PutScalingPolicy"
ACTION = "application-autoscaling:PutScheduledAction"

_VARIANT = re.compile(r"endpoint/(?P<endpoint>[^/]+)/variant/(?P<variant>[^/]+)")
COUNT = "sagemaker:variant:DesiredInstanceCount"


class Variant(NamedTuple):
    """A variant of an endpoint, as a resource id names it."""

    endpoint: str
    variant: str


def variant_of(target: Part) -> Variant | None:
    """The variant that a target is; None for every other resource."""
    match = _VARIANT.fullmatch(target["ResourceId"].spelled or "")
    return Variant(match["endpoint"], match["variant"]) if match else None
