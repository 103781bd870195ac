"""API names as people write them: sagemaker:CreateTrainingJob, `sagemaker create-training-job`."""

from __future__ import annotations

import re

from awsml.errors import UsageError
from awsml.nearness import named, nearest
from awsml.requests.table import known_apis

_ALIASES = {
    "autoscaling": "application-autoscaling",
    "applicationautoscaling": "application-autoscaling",
    "eventbridge": "events",
    "cloudwatchevents": "events",
    "eventbridgescheduler": "scheduler",
    "cfn": "cloudformation",
}


def resolve_api(name: str) -> str:
    """The one spelling of an API that awsml has a table of; UsageError with the nearest if none."""
    service, operation = _split(name)
    for api in known_apis():
        known_service, _, known_operation = api.partition(":")
        if _plain(known_operation) == operation and service in ("", _plain(known_service)):
            return api
    near = nearest(f"{service}:{operation}", known_apis(), 2) or nearest(name, known_apis(), 2)
    raise UsageError(
        f"there is no request `{name}` that awsml can check",
        hint=f"did you mean {' or '.join(near)}?" if near else f"use {named(known_apis(), 40)}",
        slug="unknown-api",
    )


def _split(name: str) -> tuple[str, str]:
    """(service, operation) without case and punctuation; the service may be empty."""
    words = re.split(r"[:.\s/]+", name.strip().removeprefix("aws "), maxsplit=1)
    if len(words) == 1:
        return "", _plain(words[0])
    service = _plain(words[0])
    return _plain(_ALIASES.get(service, service)), _plain(words[1])


def _plain(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())
