"""Drawings of a search that are no ordinary charts: parallel coordinates, and all its curves."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from awsml.backends.local.tuning.standing import Entry
from awsml.render.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH
from awsml.render.scale import Scale, fitted, label, spans_decades
from awsml.search.space import Dimension, Space


def parallel_coordinates(
    space: Space, entries: Sequence[Entry], metric: str, maximize: bool
) -> str:
    """One line a trial across all parameters to its objective; the best ones stand out."""
    known = [e for e in entries if e.objective is not None and space.units(e.setting) is not None]
    if not known:
        return ""
    names = [*(d.name for d in space.dimensions), metric]
    at = [
        LEFT + i * (WIDTH - LEFT - RIGHT - 20) / max(1, len(names) - 1) for i in range(len(names))
    ]
    up = Scale(0.0, 1.0, HEIGHT - BOTTOM, TOP + 8)
    values = [e.objective or 0.0 for e in known]
    objective = fitted(values, HEIGHT - BOTTOM, TOP + 8, log=spans_decades(values))
    good = sorted(values, reverse=maximize)[: max(1, len(values) // 10)]
    lines = []
    for entry in sorted(known, key=lambda e: (e.objective in good, -e.number)):
        units = space.units(entry.setting) or []
        value = entry.objective or 0.0
        ys = [*(up.position(unit) for unit in units), objective.position(value)]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(at, ys, strict=True))
        lines.append(_line(entry, f"M{path}", value in good))
    axes = "".join(
        _axis(x, name, ends)
        for x, name, ends in zip(at, names, _ends(space, objective), strict=True)
    )
    return _figure("All parameters at once", "".join([*lines, axes]), "each line is a trial")


def curves(entries: Sequence[Entry], metric: str) -> str:
    """The objective of every trial, step by step; those that were stopped end early."""
    series = [e for e in entries if len(e.reported) > 1]
    if not series:
        return ""
    longest = max(len(e.reported) for e in series)
    across = Scale(1.0, float(longest), LEFT, WIDTH - RIGHT)
    log = spans_decades(v for e in series for v in e.reported)
    shown_of = {e.number: list(e.reported) if log else _shown(e) for e in series}
    up = fitted([v for e in series for v in shown_of[e.number]], HEIGHT - BOTTOM, TOP, log=log)
    lines = []
    for entry in series:
        shown = shown_of[entry.number]
        places = [
            f"{across.position(i + 1.0):.1f} {up.position(value):.1f}"
            for i, value in enumerate(shown)
        ]
        lines.append(_line(entry, "M" + "L".join(places), False))
    ticks = "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{up.position(t):.1f}" '
        f'y2="{up.position(t):.1f}"/>{_text(LEFT - 6, up.position(t) + 4, label(t), "end")}'
        for t in up.ticks()
    )
    ends = _text(LEFT, HEIGHT - 30, "step 1", "start") + _text(
        WIDTH - RIGHT, HEIGHT - 30, f"step {longest}", "end"
    )
    note = "dashed: stopped before its end"
    return _figure(f"{metric}, step by step", ticks + "".join(lines) + ends, note)


def _shown(entry: Entry) -> list[float]:
    """A run that has burst would flatten all others: what is beyond a million is cut off."""
    return [value for value in entry.reported if abs(value) < 1e6] or [0.0]


def _line(entry: Entry, path: str, good: bool) -> str:
    colour = "c1" if good else "c5" if entry.stopped_by else "c0"
    dash = ' stroke-dasharray="4 4"' if entry.stopped_by else ""
    faint = "" if good else " faint"
    value = "none" if entry.objective is None else f"{entry.objective:.6g}"
    setting = ", ".join(f"{name}={text}" for name, text in entry.setting.items())
    hint = escape(f"trial {entry.number}: {value} ({setting})")
    return f'<path class="line {colour}{faint}"{dash} d="{path}"><title>{hint}</title></path>'


def _ends(space: Space, objective: Scale) -> list[tuple[str, str]]:
    ends = [_ends_of(dimension) for dimension in space.dimensions]
    return [*ends, (label(objective.low), label(objective.high))]


def _ends_of(dimension: Dimension) -> tuple[str, str]:
    if dimension.choices:
        return dimension.choices[0], dimension.choices[-1]
    return label(dimension.low), label(dimension.high)


def _axis(x: float, name: str, ends: tuple[str, str]) -> str:
    bottom = HEIGHT - BOTTOM
    line = f'<path class="axis" d="M{x:.1f} {TOP + 8}V{bottom}"/>'
    texts = (
        _text(x, bottom + 15, ends[0], "middle")
        + _text(x, TOP + 2, ends[1], "middle")
        + _text(x, HEIGHT - 14, name, "middle")
    )
    return line + texts


def _figure(title: str, body: str, note: str) -> str:
    return (
        f"<figure><figcaption>{escape(title)}<small>{escape(note)}</small></figcaption>"
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}" class="chart">{body}</svg></figure>'
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="label" {where}>{escape(text)}</text>'
