"""Findings as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from awsml import __version__
from awsml.errors import AwsmlError
from awsml.finding import Finding, Level, Place, Related
from awsml.render.explanation import page
from awsml.rules.discovery import find_rule

SourceLine = Callable[[Place], str | None]
Named = Callable[[str], str]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.ADVICE: "note"}
# What GitHub shows of one run; the rest would be dropped without a word.
MOST_RESULTS = 25_000


def sarif(
    findings: Sequence[Finding],
    source_line: SourceLine,
    errors: Sequence[AwsmlError] = (),
    named: Named = str,
) -> dict[str, Any]:
    """One run; worst findings first, as far as readers take them. `errors` are about files that
    could not be read; `named` is the name of a file as the reader knows it."""
    shown = findings[:MOST_RESULTS]
    slugs = sorted({finding.slug for finding in shown})
    index = {slug: number for number, slug in enumerate(slugs)}
    driver = {
        "name": "awsml",
        "semanticVersion": __version__,
        "rules": [_rule(slug) for slug in slugs],
    }
    results = [_result(finding, index[finding.slug], source_line, named) for finding in shown]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    if errors:
        told = [_notification(error, named) for error in errors]
        run["invocations"] = [
            {"executionSuccessful": False, "toolExecutionNotifications": told},
        ]
    return {"version": "2.1.0", "$schema": SCHEMA, "runs": [run]}


def _notification(error: AwsmlError, named: Named) -> dict[str, Any]:
    hint = f"\n{error.hint}" if error.hint else ""
    told: dict[str, Any] = {
        "descriptor": {"id": error.slug},
        "level": "error",
        "message": {"text": error.message + hint},
    }
    if error.where is not None:
        told["locations"] = [_location(error.where, named)]
    return told


def _rule(slug: str) -> dict[str, Any]:
    text = page(slug) or slug
    first = next((line for line in text.splitlines() if line and not line.startswith("#")), slug)
    described: dict[str, Any] = {
        "id": slug,
        "shortDescription": {"text": first},
        "help": {"text": text, "markdown": text},
    }
    rule = find_rule(slug)
    if rule is not None and rule.source.startswith("https://"):
        described["helpUri"] = rule.source.split()[0]
    return described


def _result(finding: Finding, rule: int, source_line: SourceLine, named: Named) -> dict[str, Any]:
    hint = f"\n{finding.hint}" if finding.hint else ""
    result: dict[str, Any] = {
        "ruleId": finding.slug,
        "ruleIndex": rule,
        "level": LEVELS[finding.level],
        "message": {"text": finding.message + hint},
        "partialFingerprints": {"awsml/v1": fingerprint(finding, source_line, named)},
        "properties": {"confidence": finding.confidence.value},
    }
    if finding.place is not None:
        result["locations"] = [_location(finding.place, named)]
    related = list(_related(finding.related, named))
    if related:
        result["relatedLocations"] = related
    return result


def fingerprint(finding: Finding, source_line: SourceLine, named: Named = str) -> str:
    """The same finding after lines were added above it: its slug, field, and line of text."""
    place = finding.place
    text = (source_line(place) or "").strip() if place else ""
    where = finding.request_path or finding.field or ""
    parts = (finding.slug, named(place.file) if place else "", where, text)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _location(place: Place, named: Named) -> dict[str, Any]:
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": max(place.end_line, place.line),
        "endColumn": max(place.end_column, 1),
    }
    uri = quote(PurePath(named(place.file)).as_posix())
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def _related(related: Iterable[Related], named: Named) -> Iterable[dict[str, Any]]:
    for number, each in enumerate(related):
        if each.place is not None:
            yield {"id": number, "message": {"text": each.message}, **_location(each.place, named)}
