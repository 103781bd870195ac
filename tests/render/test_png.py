"""Images of charts: what only browsers know is gone before they are drawn."""

from __future__ import annotations

import struct
import sys

import pytest

from awsml.render.chart import Axis, Chart, Series, svg
from awsml.render.png import CannotDraw, flat, png

DRAWING = svg(
    Chart("Loss", Axis("steps"), Axis("loss", log=True), [Series("a", [(1, 0.1), (2, 0.01)])]),
    alone=True,
)


def test_a_drawing_for_an_image_has_the_light_colours_in_place_of_variables() -> None:
    assert "var(" in DRAWING and "@media" in DRAWING
    plain = flat(DRAWING)
    assert "var(" not in plain and "@media" not in plain
    assert "stroke: #0072b2" in plain.replace("stroke:#", "stroke: #")
    assert plain.endswith("</svg>")


def test_without_resvg_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(CannotDraw) as refused:
        png(DRAWING)
    assert "awsml[png]" in (refused.value.hint or "")


def test_an_image_is_twice_as_wide_as_the_drawing() -> None:
    pytest.importorskip("resvg_py")
    image = png(DRAWING)
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", image[16:24])
    assert (width, height) == (1280, 680)
