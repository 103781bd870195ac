"""The one HTML page: self-contained, offline, light and dark, readable in print."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from awsml.render.cells import visible
from awsml.render.chart import Chart, stylesheet, svg


@dataclass(frozen=True, slots=True)
class Span:
    """A cell that draws where a part of a whole lies, in shares of it; `faint` is its range."""

    start: float
    end: float
    text: str  # what a reader who does not see it is told
    faint: tuple[float, float] | None = None


Cell = str | Span


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows of text; columns named in `numbers` are aligned to the right."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numbers: Sequence[str] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that was found or is advised: a label that says how grave, a sentence, details."""

    label: str
    title: str
    level: str = "advice"  # error, warning or advice: the colour of the label
    paragraphs: Sequence[str] = ()
    tables: Sequence[Table] = ()
    points: Sequence[str] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """Details under a line that opens them."""

    summary: str
    tables: Sequence[Table] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with facts, paragraphs, charts, items, tables, code and folds, in this order."""

    title: str
    paragraphs: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    code: str = ""
    drawings: Sequence[str] = ()  # SVG elements drawn elsewhere in render
    items: Sequence[Item] = ()
    folds: Sequence[Fold] = ()


def page(title: str, lead: str, sections: Sequence[Section], footer: str = "") -> str:
    """A whole document; nothing in it asks the network for anything."""
    body = "".join(_section(section) for section in sections)
    foot = f"<footer>{_text(footer)}</footer>" if footer else ""
    return (
        "<!doctype html>\n"
        '<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        # A page without an icon of its own makes a browser ask for one.
        '<link rel="icon" href="data:,">'
        f"<title>{_text(title)}</title><style>{stylesheet('page')}{stylesheet('chart')}</style></head><body>"
        f"<header><h1>{_text(title)}</h1><p>{_text(lead)}</p></header><main>{body}</main>{foot}"
        "</body></html>\n"
    )


def _text(text: str) -> str:
    """Text of a scenario is text: no markup, and no control characters that HTML forbids."""
    return escape(visible(text))


def _prose(text: str) -> str:
    """The same with what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", _text(text))


def _section(section: Section) -> str:
    parts = [f"<h2>{_text(section.title)}</h2>"]
    if section.facts:
        pairs = "".join(
            f"<div><dt>{_text(name)}</dt><dd>{_prose(value)}</dd></div>"
            for name, value in section.facts
        )
        parts.append(f"<dl>{pairs}</dl>")
    parts += [f"<p>{_prose(text)}</p>" for text in section.paragraphs]
    if section.charts or section.drawings:
        figures = [*(_figure(chart) for chart in section.charts), *section.drawings]
        parts.append(f'<div class="figures">{"".join(figures)}</div>')
    parts += [_item(item) for item in section.items]
    parts += [_table(table) for table in section.tables]
    parts += [_code(section.code)] if section.code else []
    parts += [_fold(fold) for fold in section.folds]
    return f"<section>{''.join(parts)}</section>"


def _item(item: Item) -> str:
    label = f'<span class="label {item.level}">{_text(item.label)}</span>'
    parts = [f"<h3>{label} {_prose(item.title)}</h3>"]
    parts += [f"<p>{_prose(text)}</p>" for text in item.paragraphs]
    parts += [_code(item.code)] if item.code else []
    parts += [_table(table) for table in item.tables]
    if item.points:
        parts.append(f"<ul>{''.join(f'<li>{_prose(text)}</li>' for text in item.points)}</ul>")
    return f"<article>{''.join(parts)}</article>"


def _fold(fold: Fold) -> str:
    inside = "".join(_table(table) for table in fold.tables)
    inside += _code(fold.code) if fold.code else ""
    return f"<details><summary>{_text(fold.summary)}</summary>{inside}</details>"


def _code(code: str) -> str:
    """Reachable by keyboard, since it scrolls."""
    lines = "\n".join(_text(line) for line in code.split("\n"))
    return f'<pre tabindex="0">{lines}</pre>'


def _figure(chart: Chart) -> str:
    note = f"<small>{_text(chart.note)}</small>" if chart.note else ""
    return f"<figure><figcaption>{_text(chart.title)}{note}</figcaption>{svg(chart)}</figure>"


def _table(table: Table) -> str:
    right = {i for i, heading in enumerate(table.headings) if heading in table.numbers}
    heads = "".join(
        f'<th scope="col"{_class(i in right)}>{_text(heading)}</th>'
        for i, heading in enumerate(table.headings)
    )
    rows = "".join(f"<tr>{_cells(row, right)}</tr>" for row in table.rows)
    caption = f"<caption>{_text(table.caption)}</caption>" if table.caption else ""
    head = f"<thead><tr>{heads}</tr></thead>"
    broad = " class=broad" if len(table.headings) > 3 else ""
    return (
        f'<div class="wide" tabindex="0"><table{broad}>{caption}{head}'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _cells(row: Sequence[Cell], right: set[int]) -> str:
    return "".join(
        f"<td class=drawn>{_span(cell)}</td>"
        if isinstance(cell, Span)
        else f"<td{_class(i in right)}>{_prose(cell)}</td>"
        for i, cell in enumerate(row)
    )


def _class(right: bool) -> str:
    return " class=number" if right else ""


def _span(span: Span) -> str:
    """A bar as SVG, which is printed where a background is not."""

    def part(start: float, end: float, kind: str) -> str:
        x, wide = start * 100, max((end - start) * 100, 0.4)
        return f'<rect class="{kind}" x="{x:.2f}" y="1" width="{wide:.2f}" height="8"/>'

    faint = part(*span.faint, "range") if span.faint else ""
    return (
        f'<svg class="span" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
        f'aria-label="{_text(span.text)}"><title>{_text(span.text)}</title>{faint}'
        f"{part(span.start, span.end, 'part')}</svg>"
    )
