"""Findings as workflow commands of GitHub Actions, worst first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from awsml.errors import AwsmlError
from awsml.finding import Finding, Level, Place, worst_first

COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.ADVICE: "notice"}


def annotation_lines(
    findings: Sequence[Finding],
    errors: Sequence[AwsmlError] = (),
    named: Callable[[str], str] = str,
) -> str:
    """One line each. A step shows the first ten of a level, so the worst come first, and before
    them what could not be read. `named` is the name of a file from the repository's root."""
    lines = [
        *(_command("error", error.where, error.slug, _said(error), named) for error in errors),
        *(
            _command(COMMANDS[finding.level], finding.place, finding.slug, _said(finding), named)
            for finding in worst_first(findings)
        ),
    ]
    return "\n".join(lines)


def _command(
    command: str, place: Place | None, slug: str, text: str, named: Callable[[str], str]
) -> str:
    properties: dict[str, object] = {}
    if place is not None:
        properties = {"file": named(place.file), "line": place.line, "col": place.column}
        if place.end_line == place.line:
            properties |= {"endLine": place.end_line, "endColumn": place.end_column}
    properties["title"] = slug
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{command} {listed}::{_data(text)}"


def _said(about: Finding | AwsmlError) -> str:
    return f"{about.message}\n{about.hint}" if about.hint else about.message


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
