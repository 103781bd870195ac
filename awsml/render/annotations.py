"""Findings as workflow commands of GitHub Actions, worst first."""

from __future__ import annotations

from collections.abc import Sequence

from awsml.finding import Finding, Level, worst_first

COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.ADVICE: "notice"}


def annotation_lines(findings: Sequence[Finding]) -> str:
    """One line each. A step shows the first ten of a level, so the worst come first."""
    return "\n".join(_annotation(finding) for finding in worst_first(findings))


def _annotation(finding: Finding) -> str:
    properties: dict[str, object] = {}
    if place := finding.place:
        properties = {"file": place.file, "line": place.line, "col": place.column}
        if place.end_line == place.line:
            properties |= {"endLine": place.end_line, "endColumn": place.end_column}
    properties["title"] = finding.slug
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    hint = f"\n{finding.hint}" if finding.hint else ""
    return f"::{COMMANDS[finding.level]} {listed}::{_data(finding.message + hint)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
