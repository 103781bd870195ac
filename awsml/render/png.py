"""A chart as PNG, drawn from its SVG by resvg, which is an extra."""

from __future__ import annotations

import re

from awsml.errors import AwsmlError

# Twice the size that a chart has on a page: sharp on a dense screen and in a document.
_ZOOM = 2.0
_DEFINED = re.compile(r"(--[\w-]+):\s*([^;}]+)")
_USED = re.compile(r"var\((--[\w-]+)\)")
_NOT_LIGHT = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")


class CannotDraw(AwsmlError):
    """There is nothing installed that makes an image of a drawing."""

    exit_code = 2
    slug = "resvg-missing"


def png(drawing: str) -> bytes:
    """The image of an SVG file, in its light colours."""
    try:
        import resvg_py  # optional, and late: only who wants an image needs it
    except ImportError as error:
        raise CannotDraw(
            "a PNG is drawn by resvg, which is not installed",
            hint='pip install "awsml[png]", or take the drawing itself: -o svg=FILE',
        ) from error
    image: bytes = resvg_py.svg_to_bytes(
        svg_string=flat(drawing), zoom=_ZOOM, background="white", font_family="sans-serif"
    )
    return bytes(image)


def flat(drawing: str) -> str:
    """Without variables and media queries in its style, which only browsers know."""
    plain = _NOT_LIGHT.sub("", drawing)
    values = {name: value.strip() for name, value in _DEFINED.findall(plain)}
    return _USED.sub(lambda used: values.get(used[1], "black"), plain)
