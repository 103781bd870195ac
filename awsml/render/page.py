"""The one HTML page: self-contained, offline, light and dark, readable in print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from awsml.render.chart import Chart, stylesheet, svg


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows of text; columns named in `numbers` are aligned to the right."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[str] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with paragraphs, facts, charts and tables, in this order."""

    title: str
    paragraphs: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    code: str = ""
    drawings: Sequence[str] = ()  # SVG elements drawn elsewhere in render


def page(title: str, lead: str, sections: Sequence[Section], footer: str = "") -> str:
    """A whole document; nothing in it asks the network for anything."""
    body = "".join(_section(section) for section in sections)
    foot = f"<footer>{escape(footer)}</footer>" if footer else ""
    return (
        "<!doctype html>\n"
        '<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        # A page without an icon of its own makes a browser ask for one.
        '<link rel="icon" href="data:,">'
        f"<title>{escape(title)}</title><style>{stylesheet('page')}{stylesheet('chart')}</style></head><body>"
        f"<header><h1>{escape(title)}</h1><p>{escape(lead)}</p></header><main>{body}</main>{foot}"
        "</body></html>\n"
    )


def _section(section: Section) -> str:
    parts = [f"<h2>{escape(section.title)}</h2>"]
    if section.facts:
        pairs = "".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
            for name, value in section.facts
        )
        parts.append(f"<dl>{pairs}</dl>")
    parts += [f"<p>{escape(text)}</p>" for text in section.paragraphs]
    if section.charts or section.drawings:
        figures = [*(_figure(chart) for chart in section.charts), *section.drawings]
        parts.append(f'<div class="figures">{"".join(figures)}</div>')
    parts += [_table(table) for table in section.tables]
    if section.code:
        parts.append(f"<pre>{escape(section.code)}</pre>")
    return f"<section>{''.join(parts)}</section>"


def _figure(chart: Chart) -> str:
    note = f"<small>{escape(chart.note)}</small>" if chart.note else ""
    return f"<figure><figcaption>{escape(chart.title)}{note}</figcaption>{svg(chart)}</figure>"


def _table(table: Table) -> str:
    right = {i for i, heading in enumerate(table.headings) if heading in table.numbers}

    def cells(tag: str, row: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{' class=number' if i in right else ''}>{escape(text)}</{tag}>"
            for i, text in enumerate(row)
        )

    rows = "".join(f"<tr>{cells('td', row)}</tr>" for row in table.rows)
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    head = f"<thead><tr>{cells('th', table.headings)}</tr></thead>"
    return f'<div class="wide"><table>{caption}{head}<tbody>{rows}</tbody></table></div>'
