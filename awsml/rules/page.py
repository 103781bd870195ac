"""A rule's page: its docstring taken apart by headings, and put together for people."""

from __future__ import annotations

import re
from textwrap import dedent

from awsml.rules.rule import Confidence, Level, Rule

HEADINGS = ("Why", "Flagged", "Preferred", "AWS says")
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def sections(page: str) -> dict[str, str]:
    """What stands under each heading; what stands before the first is "What it does"."""
    head, *rest = _HEADING.split(page)
    found = {"What it does": head.strip()}
    for name, text in zip(rest[::2], rest[1::2], strict=True):
        found[name] = dedent(text.strip("\n")).rstrip()
    return found


def title(rule: Rule) -> str:
    """The first line of the page."""
    return rule.page.partition("\n")[0]


def page_text(rule: Rule) -> str:
    """The page in Markdown, with what the constants say."""
    parts = sections(rule.page)
    lines = [f"# {rule.slug}", "", parts["What it does"], ""]
    for heading in HEADINGS:
        if heading in parts:
            lines += [f"## {heading}", "", _body(heading, parts[heading]), ""]
    lines += [f"Level: {_level(rule)}. Confidence: {rule.confidence}. Since: {rule.since}."]
    if rule.persona:
        lines += [f"Only with `--persona {rule.persona}`."]
    lines += [f"Checked in: {', '.join(rule.apis)}.", f"Source: {rule.source}"]
    return "\n".join(lines) + "\n"


def _level(rule: Rule) -> str:
    """With what it is shown as instead, and when."""
    if rule.level is Level.ERROR and rule.confidence is Confidence.INFERRED:
        return "error with `validate --strict`, a warning without, since it is inferred"
    softer = ", ".join(rule.also)
    return f"{rule.level}, in some cases {softer}" if softer else str(rule.level)


def _body(heading: str, text: str) -> str:
    if heading in ("Flagged", "Preferred"):
        return f"```yaml\n{text}\n```"
    return "\n".join(f"> {line}" for line in text.splitlines()) if heading == "AWS says" else text
