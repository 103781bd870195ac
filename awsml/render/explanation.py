"""What stands behind `awsml explain`: a page for every finding and every error.

A rule's page is its module's docstring. The others are sections of the Markdown files in
`awsml/render/pages`, one file an area, each section headed by its slug.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from awsml.rules.discovery import all_rules, find_rule
from awsml.rules.page import page_text

_SECTION = re.compile(r"^## (?P<slug>[a-z0-9-]+)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an area; the first line of the text is what the slug says."""

    slug: str
    area: str
    text: str

    @property
    def title(self) -> str:
        return self.text.partition("\n")[0]


def written_pages() -> Iterator[Page]:
    """Every page that is no rule's, area by area."""
    folder = files("awsml") / "render" / "pages"
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".md"):
            yield from _pages_of(file.read_text(encoding="utf-8"))


def page(slug: str) -> str | None:
    """The page of a slug, as Markdown; a rule that shares it with a check comes first."""
    rule = find_rule(slug)
    if rule is not None:
        return page_text(rule)
    found = next((each for each in written_pages() if each.slug == slug), None)
    return f"# {slug}\n\n{found.text}\n" if found is not None else None


def wrapped(text: str, width: int) -> str:
    """A page on a narrow screen: paragraphs and list items broken anew, all else as it is."""
    done, open_fence = [], False
    for block in re.split(r"\n(?=\n)|\n(?=- |```|[A-Z][a-z ]+: )", text):
        fenced = open_fence or "```" in block
        open_fence ^= block.count("```") % 2 == 1
        kept = fenced or block.lstrip("\n").startswith(("#", ">", "    ", "|"))
        done.append(block if kept else _broken(block, width))
    return "\n".join(done)


def _broken(block: str, width: int) -> str:
    lead = "\n" * (len(block) - len(block.lstrip("\n")))
    indent = "  " if block.lstrip().startswith("- ") else ""
    words = " ".join(block.split())
    return lead + "\n".join(
        textwrap.wrap(
            words,
            width,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def page_slugs() -> list[str]:
    """Every slug that has a page."""
    return sorted({*(rule.slug for rule in all_rules()), *(each.slug for each in written_pages())})


def _pages_of(text: str) -> Iterator[Page]:
    head, *rest = _SECTION.split(text)
    area = head.strip().removeprefix("# ").partition("\n")[0]
    for slug, body in zip(rest[::2], rest[1::2], strict=True):
        yield Page(slug, area, body.strip())
