"""Which image a scenario means: a registry URI, or why there is none."""

from __future__ import annotations

from typing import Any, NamedTuple

from awsml import catalog
from awsml.finding import Confidence, Finding, Level
from awsml.kinds.kind import Context
from awsml.kinds.parts import Image
from awsml.plan import Ref, Unknown


class ChosenImage(NamedTuple):
    """The value of an image parameter, the scenario field behind it, and complaints."""

    value: Any
    scenario_field: str
    problems: tuple[Finding, ...] = ()


def chosen_image(
    image: Image, region: str | None, instance: str | None, context: Context, use: str
) -> ChosenImage:
    """The image for a use (training, inference, batch) on an instance in a region.

    Without a known region or instance it is known later; a local run needs neither.
    """
    if image.uri is not None:
        return ChosenImage(image.uri, "image.uri")
    name = image.framework or image.algorithm or ""
    field = "image.framework" if image.framework else "image.algorithm"
    known = catalog.region(region or "") and catalog.instance(instance or "")
    if region is None or instance is None or not known:
        return ChosenImage(Ref("image"), field)
    found = catalog.image(name, image.version, region, instance, use)
    if isinstance(found, catalog.NoImage) and found.sdk:
        asked = catalog.sdk_image(name, image.version, region, instance, use)
        here = found.meant is not None or name in catalog.frameworks()
        if isinstance(asked, catalog.Image) or not here:
            found = asked  # of what is named here, our name or list of versions is the better hint
    if isinstance(found, catalog.Image):
        return ChosenImage(found.uri, field)
    return ChosenImage(Unknown(found.reason), field, (_no_image(found, field, context),))


def _no_image(missing: catalog.NoImage, field: str, context: Context) -> Finding:
    return Finding(
        "no-image",
        Level.ERROR,
        missing.reason,
        missing.hint,
        Confidence.DOCUMENTED,
        context.origins.place(field),
        field,
    )
