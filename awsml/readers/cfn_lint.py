"""What cfn-lint says of a template: the errors of any resource type, which awsml does not know."""

from __future__ import annotations

from typing import Any

from awsml.errors import UsageError
from awsml.finding import Confidence, Finding, Level, Place
from awsml.readers.templates.resource_types import read_types
from awsml.scenario.source import SourceText

_LEVELS = {"E": Level.ERROR, "W": Level.WARNING, "I": Level.ADVICE}
_UNKNOWN_TYPE = "E3006"


def generic_findings(source: SourceText, region: str | None) -> list[Finding]:
    """Its matches as findings, but for types that it does not know yet and awsml does."""
    try:
        from cfnlint.api import lint
        from cfnlint.config import ManualArgs
    except ImportError as error:
        raise UsageError(
            "cfn-lint is not installed",
            hint="install awsml with the extra `templates`, or leave out --cfn-lint",
        ) from error
    regions = [region] if region else ["us-east-1"]
    matches = lint(source.text, config=ManualArgs(regions=regions))
    return [_finding(each, source.file) for each in matches if not _outdated(each)]


def _outdated(match: Any) -> bool:
    return match.rule.id == _UNKNOWN_TYPE and any(kind in match.message for kind in read_types())


def _finding(match: Any, file: str) -> Finding:
    place = Place(
        file, match.linenumber, match.columnnumber, match.linenumberend, match.columnnumberend
    )
    message = match.message[:1].lower() + match.message[1:].rstrip(".")
    level = _LEVELS.get(match.rule.id[0], Level.WARNING)
    said = f"{match.rule.id}: {message}"
    return Finding("cfn-lint", level, said, None, Confidence.INFERRED, place)
