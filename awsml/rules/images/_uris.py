"""The images of a request, whatever the API calls the member."""

from __future__ import annotations

from awsml.rules.rule import Part

_MEMBERS = {"TrainingImage", "Image", "image", "ImageUri"}


def images(request: Part) -> list[Part]:
    """Every image of a request; those whose address is not known as well."""
    return request.named(_MEMBERS.__contains__)
