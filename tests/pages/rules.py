"""What every page keeps to, asked of the browser that shows it; each complaint is a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.pages.browser import Browser

WIDTHS = (400, 800, 1200)
SCHEMES = ("light", "dark")
_PAPER = 718  # CSS pixels of a sheet of A4 within its margins

# Headings of every table, a text for every picture, one title, a language.
_STRUCTURE = """
(() => {
  const bad = [];
  const say = (what, element) => bad.push(what + ': ' + element.outerHTML.slice(0, 80));
  if (!document.documentElement.lang) bad.push('no language');
  if (document.querySelectorAll('h1').length !== 1) bad.push('not one h1');
  for (const table of document.querySelectorAll('table')) {
    const heads = [...table.querySelectorAll('thead th[scope=col]')];
    if (!heads.length || heads.some(th => !th.textContent.trim()))
      say('a heading is missing', table);
    for (const row of table.querySelectorAll('tbody tr'))
      if (row.children.length !== heads.length) say('not a cell for each heading', row);
  }
  for (const svg of document.querySelectorAll('svg'))
    if (svg.getAttribute('role') !== 'img' || !svg.getAttribute('aria-label')) say('no text', svg);
  for (const image of document.querySelectorAll('img')) if (!image.alt) say('no text', image);
  for (const element of document.querySelectorAll('svg *, svg'))
    for (const attribute of element.attributes)
      if (attribute.value.includes('NaN')) say('NaN', element);
  return bad;
})()
"""

_TOO_WIDE = """
document.documentElement.scrollWidth > document.documentElement.clientWidth
  ? [document.documentElement.scrollWidth + ' of ' + document.documentElement.clientWidth + ' px']
  : []
"""

# Contrast of text by the formula of WCAG 2, against the nearest background that is painted.
_FAINT = """
(() => {
  const numbers = colour => (colour.match(/[0-9.]+/g) || []).map(Number);
  const light = colour => {
    const [r, g, b] = numbers(colour).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor, parts = numbers(colour);
      if (parts.length === 3 || parts[3] > 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const found = new Set();
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || element.tagName === 'title') continue;
    const style = getComputedStyle(element);
    const ink = light(element.closest('svg') ? style.fill : style.color);
    const paper = light(behind(element));
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    const name = `${element.tagName}.${element.getAttribute('class')}`;
    if (ratio < 4.5) found.add(`${name} ${ratio.toFixed(1)}`);
  }
  return [...found];
})()
"""

# What scrolls on a screen is cut off on paper.
_TOO_WIDE_ON_PAPER = """
[...document.querySelectorAll('table, pre, svg')]
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => e.outerHTML.slice(0, 80))
"""

_HIDDEN_IN_PRINT = """
[...document.querySelectorAll('details td, details pre')].filter(e => !e.checkVisibility()).length
"""


def complaints(browser: Browser, file: Path) -> list[str]:
    """Everything that is wrong with a page; nothing where it keeps to the rules."""
    browser.look(file)
    return [*_structure(browser), *_on_screens(browser), *_printed(browser), *_noise(browser, file)]


def _structure(browser: Browser) -> list[str]:
    found: list[str] = browser.told(_STRUCTURE)
    return found


def _on_screens(browser: Browser) -> Iterator[str]:
    for scheme in SCHEMES:
        for width in WIDTHS:
            browser.show(width, scheme)
            yield from (f"too wide at {width}: {each}" for each in browser.told(_TOO_WIDE))
        yield from (f"too faint in {scheme}: {each}" for each in browser.told(_FAINT))
    backgrounds = [_background(browser, scheme) for scheme in SCHEMES]
    if backgrounds[0] == backgrounds[1]:
        yield f"light and dark are both {backgrounds[0]}"


def _background(browser: Browser, scheme: str) -> Any:
    browser.show(WIDTHS[-1], scheme)
    return browser.told("getComputedStyle(document.body).backgroundColor")


def _printed(browser: Browser) -> Iterator[str]:
    """On paper everything is unfolded, and nothing hangs over the edge of an A4 sheet."""
    browser.show(_PAPER, "light")
    browser.call("Emulation.setEmulatedMedia", media="print")
    yield from (f"too wide on paper: {each}" for each in browser.told(_TOO_WIDE_ON_PAPER))
    if hidden := browser.told(_HIDDEN_IN_PRINT):
        yield f"{hidden} folded cells are not printed"
    browser.call("Emulation.setEmulatedMedia", media="")
    if not browser.pdf().startswith(b"%PDF-"):
        yield "does not print"


def _noise(browser: Browser, file: Path) -> Iterator[str]:
    """What the console said, and what was asked for beside the page itself."""
    for event in browser.events:
        method, params = event["method"], event["params"]
        if method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
            yield f"console: {str(params)[:300]}"
        elif method == "Network.requestWillBeSent":
            url = params["request"]["url"]
            if url != file.as_uri() and not url.startswith("data:"):
                yield f"request: {url}"
