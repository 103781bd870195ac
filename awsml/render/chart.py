"""Charts as SVG: lines, steps, points, bars and bands, on linear or logarithmic axes.

Every series has a colour, and a dash or a marker as well, so that a chart reads without colour.
Colours are in chart.css; a chart saved alone brings it along.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path

from awsml.render.scale import Scale, fitted, label

Point = tuple[float, float]

COLOURS = 6
DASHES = ("", "7 4", "2 3", "9 3 2 3", "4 4", "1 4")
WIDTH, HEIGHT = 640, 340
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 14, 48


@dataclass(frozen=True, slots=True)
class Axis:
    """What is shown along one side."""

    title: str
    log: bool = False
    zero: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One thing in a chart. `form` is line, step, points, bars, band or cross (faint points)."""

    name: str
    points: Sequence[Point]
    form: str = "line"
    high: Sequence[float] = ()  # a band's upper edge, or the upper end of each point's interval
    low: Sequence[float] = ()
    hints: Sequence[str] = ()
    names: Sequence[str] = ()  # written beside the points


@dataclass(frozen=True, slots=True)
class Chart:
    """A titled chart; `names` label the x axis where it has no numbers."""

    title: str
    x: Axis
    y: Axis
    series: Sequence[Series]
    names: Sequence[str] = ()
    note: str = ""


def svg(chart: Chart, *, alone: bool = False) -> str:
    """The chart as an SVG element; `alone` makes it a file of its own."""
    xs, ys = scales(chart)
    style = f"<style>{stylesheet('chart')}</style>" if alone else ""
    drawn = [part for i, each in enumerate(chart.series) for part in _series(each, i, xs, ys)]
    body = "".join([*_grid(chart, xs, ys), *drawn])
    named = [(i, series.name) for i, series in enumerate(chart.series) if series.name]
    legend, rows = _legend(named)
    height = HEIGHT + 18 * rows
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(chart.title)}" class="chart">{style}'
        f"<title>{escape(chart.title)}</title>{body}{legend}</svg>"
    )


def scales(chart: Chart) -> tuple[Scale, Scale]:
    xs = [x for series in chart.series for x, _ in series.points]
    ys = [y for series in chart.series for _, y in series.points]
    ys += [y for series in chart.series for y in (*series.high, *series.low)]
    if chart.names:
        across = Scale(-0.5, len(chart.names) - 0.5, LEFT, WIDTH - RIGHT)
    else:
        across = fitted(xs, LEFT, WIDTH - RIGHT, log=chart.x.log, zero=chart.x.zero)
    bars = any(series.form == "bars" for series in chart.series)
    up = fitted(ys, HEIGHT - BOTTOM, TOP, log=chart.y.log, zero=chart.y.zero or bars)
    return across, up


def _grid(chart: Chart, xs: Scale, ys: Scale) -> Iterator[str]:
    bottom, end = HEIGHT - BOTTOM, WIDTH - RIGHT
    for tick in ys.ticks():
        y = ys.position(tick)
        yield f'<line class="grid" x1="{LEFT}" x2="{end}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(LEFT - 6, y + 4, label(tick), "end")
    names = [(float(index), name) for index, name in enumerate(chart.names)]
    for at, name in names or [(tick, label(tick)) for tick in xs.ticks(7)]:
        x = xs.position(at)
        yield f'<line class="tick" x1="{x:.1f}" x2="{x:.1f}" y1="{bottom}" y2="{bottom + 4}"/>'
        yield _text(x, bottom + 17, name, "middle")
    yield f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{end}"/>'
    yield _text((LEFT + end) / 2, HEIGHT - 12, chart.x.title, "middle", "title")
    yield (
        f'<text class="title" text-anchor="middle" transform="translate(14 '
        f'{(TOP + bottom) / 2:.0f}) rotate(-90)">{escape(chart.y.title)}</text>'
    )


def _series(series: Series, index: int, xs: Scale, ys: Scale) -> Iterator[str]:
    colour = f"c{index % COLOURS}"
    places = [(xs.position(x), ys.position(y)) for x, y in series.points]
    if series.form == "band":
        yield _band(series, colour, xs, ys)
        return
    if series.form == "bars":
        yield from _bars(series, colour, places, ys)
        return
    if series.form in ("line", "step") and places:
        dash = DASHES[index % len(DASHES)]
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        yield f'<path class="line {colour}"{dashed} d="{_path(places, series.form)}"/>'
    if series.high and series.low:
        yield from _intervals(series, colour, xs, ys)
    if series.form in ("points", "cross") or len(places) <= 24:
        hints = list(series.hints) or [
            f"{series.name} {label(x)}: {label(y)}" for x, y in series.points
        ]
        for place, hint in zip(places, hints, strict=False):
            yield _marker(index, colour, place, hint, faint=series.form == "cross")
        yield from _names(series.names, places)


def _names(names: Sequence[str], places: Sequence[Point]) -> Iterator[str]:
    """Beside each point, on the side where there is room; one that would cover another is left
    to the hint of its mark."""
    taken: list[Point] = []
    for (x, y), name in zip(places, names, strict=False):
        if any(abs(x - other) < 120 and abs(y - above) < 13 for other, above in taken):
            continue
        taken.append((x, y))
        left = x > WIDTH * 0.7
        yield _text(x - 8 if left else x + 8, y + 4, name, "end" if left else "start")


def _path(places: Sequence[Point], form: str) -> str:
    first, *rest = places
    parts = [f"M{first[0]:.1f} {first[1]:.1f}"]
    for x, y in rest:
        parts.append(f"H{x:.1f}V{y:.1f}" if form == "step" else f"L{x:.1f} {y:.1f}")
    return "".join(parts)


def _band(series: Series, colour: str, xs: Scale, ys: Scale) -> str:
    lower = [(xs.position(x), ys.position(y)) for x, y in series.points]
    upper = [(x, ys.position(high)) for (x, _), high in zip(lower, series.high, strict=True)]
    outline = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*lower, *reversed(upper)])
    return f'<polygon class="band {colour}" points="{outline}"/>'


def _bars(series: Series, colour: str, places: Sequence[Point], ys: Scale) -> Iterator[str]:
    gaps = [b[0] - a[0] for a, b in pairwise(places)]
    wide = min([*gaps, 60.0]) * 0.6
    floor = ys.position(max(ys.low, 0.0) if not ys.log else ys.low)
    for (x, y), (_, value) in zip(places, series.points, strict=True):
        top, tall = min(y, floor), abs(floor - y)
        yield (
            f'<rect class="bar {colour}" x="{x - wide / 2:.1f}" y="{top:.1f}" width="{wide:.1f}" '
            f'height="{tall:.1f}"><title>{escape(series.name)} {label(value)}</title></rect>'
        )


def _intervals(series: Series, colour: str, xs: Scale, ys: Scale) -> Iterator[str]:
    for (at, _), low, high in zip(series.points, series.low, series.high, strict=True):
        x, bottom, top = xs.position(at), ys.position(low), ys.position(high)
        ends = f"M{x - 4:.1f} {bottom:.1f}h8m-4 0V{top:.1f}m-4 0h8"
        yield f'<path class="interval {colour}" d="{ends}"/>'


def _marker(index: int, colour: str, place: Point, hint: str, *, faint: bool) -> str:
    x, y = place
    shapes = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.4"',
        f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6"',
        f'<path d="M{x:.1f} {y - 4:.1f}l4 7h-8z"',
        f'<path d="M{x:.1f} {y - 4.4:.1f}l4.4 4.4l-4.4 4.4l-4.4 -4.4z"',
        f'<path d="M{x - 4:.1f} {y:.1f}h8m-4 -4v8" fill="none"',
        f'<path d="M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6" fill="none"',
    )
    shape = shapes[(index + index // COLOURS) % len(shapes)]  # colours repeat; marks shift
    element = shape[1:].split()[0]
    kind = f"mark {colour} faint" if faint else f"mark {colour}"
    return f'{shape} class="{kind}"><title>{escape(hint)}</title></{element}>'


def _legend(names: Sequence[tuple[int, str]]) -> tuple[str, int]:
    """Rows below the axes, by place among all series, and how many rows they are."""
    if len(names) < 2:
        return "", 0
    parts, x, row = [], float(LEFT), 0
    for index, name in names:
        wide = 40 + 6.6 * len(name)
        if x + wide > WIDTH and x > LEFT:
            x, row = float(LEFT), row + 1
        dash = DASHES[index % len(DASHES)]
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        y = HEIGHT + 6 + 18 * row
        colour = f"c{index % COLOURS}"
        parts.append(f'<path class="line {colour}"{dashed} d="M{x:.0f} {y}h22"/>')
        parts.append(_marker(index, colour, (x + 11, y), name, faint=False))
        parts.append(_text(x + 27, y + 4, name, "start"))
        x += wide
    return "".join(parts), row + 1


def _text(x: float, y: float, text: str, anchor: str, kind: str = "label") -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {where}>{escape(text)}</text>'


@cache
def stylesheet(name: str) -> str:
    """A style sheet that ships beside this module, on one line."""
    text = (Path(__file__).parent / f"{name}.css").read_text(encoding="utf-8")
    return "".join(line.strip() for line in text.splitlines())
