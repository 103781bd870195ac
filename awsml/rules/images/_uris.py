"""The images of a request, whatever the API calls the member."""

from __future__ import annotations

import re

from awsml.plan import Unknown
from awsml.rules.rule import Part

# What a repository of the same template is called has no tag.
_REPOSITORY = re.compile(r"‹[^›]+\.Repository(?:Name|Uri)›")
_MEMBERS = {"TrainingImage", "Image", "image", "ImageUri"}


def images(request: Part) -> list[Part]:
    """Every image of a request; those whose address is not known as well.

    Items of a list are none: where a list stands for an image, the shape check says so.
    """
    found = request.named(_MEMBERS.__contains__)
    return [image for image in found if not image.path.endswith("]")]


def tag_of(image: Part) -> str | None:
    """The tag that an address is written with; None when it has a digest, or is not all known.

    In `‹account›.dkr.ecr.‹region›.amazonaws.com/mine:1.2` it is known, in `‹image›` it is not.
    """
    address = None if isinstance(image.raw, Unknown) else image.spelled
    if not address or "@sha256:" in address:
        return None
    name, _, tag = _REPOSITORY.sub("repository", address).rpartition("/")[2].partition(":")
    return None if "‹" in tag or ("‹" in name and not tag) else tag
