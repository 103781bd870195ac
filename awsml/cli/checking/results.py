"""What the files of `awsml validate` came to, and its report in each format."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from awsml.checks import Checked
from awsml.cli.files import SourceLines
from awsml.cli.options import refused
from awsml.cli.output import Output, Style, as_json_text, error_json, explain_error, write
from awsml.cli.project import Project
from awsml.errors import AwsmlError
from awsml.finding import Finding, Level, NotChecked, worst_first
from awsml.render.findings import counts_line, findings_text
from awsml.units import counted


@dataclass
class Results:
    """What the files came to so far, and the worst exit code."""

    findings: list[Finding] = field(default_factory=list)
    not_checked: list[tuple[str, NotChecked]] = field(default_factory=list)  # with the file
    errors: list[AwsmlError] = field(default_factory=list)
    ran: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by file
    silenced: int = 0
    known: int = 0  # findings that the baseline lists
    _seen: set[Finding] = field(default_factory=set)

    def add(self, name: str, checked: Checked) -> None:
        self.ran[name] = checked.ran
        self.find(checked.findings)
        self.not_checked += [(name, each) for each in checked.not_checked]
        self.silenced += checked.silenced

    def find(self, findings: Sequence[Finding]) -> None:
        """Say once what several files share: a base that they extend, the project's defaults."""
        new = [each for each in findings if each.place is None or each not in self._seen]
        self.findings += new
        self._seen.update(new)

    def report(self, error: AwsmlError) -> None:
        """Say at once what could not be read, and go on with the other files."""
        self.errors.append(error)
        explain_error(error, ())

    def code(self, fail_on: str) -> int:
        if self.errors:
            return max(error.exit_code for error in self.errors)
        return 1 if refused(self.findings, fail_on) else 0


def write_results(
    results: Results,
    lines: SourceLines,
    outputs: Sequence[Output],
    fail_on: str,
    project: Project,
) -> None:
    """What few checks ask for is imported by those that do: it is a tenth of the start-up."""
    writers = {
        "text": lambda style: _text(results, lines, style),
        "json": lambda _: as_json_text(_json(results)),
        "jsonl": lambda _: "\n".join(json.dumps(f.as_json()) for f in results.findings),
        "sarif": lambda _: _sarif(results, lines, project),
        "junit": lambda _: _junit(results, fail_on),
        "github": lambda _: _annotations(results, project),
    }
    write(outputs, writers)


def _text(results: Results, lines: SourceLines, style: Style) -> str:
    shown = findings_text(results.findings, lines, width=style.width, paint=style.paint)
    files = f"{counted(len(results.ran), 'file')} checked"
    skipped = f", {len(results.not_checked)} not checked" if results.not_checked else ""
    known = f", {results.known} in the baseline" if results.known else ""
    unread = f", {len(results.errors)} not read" if results.errors else ""
    counts = counts_line(results.findings, results.silenced)
    last = f"{files}{unread}: {counts}{known}{skipped}"
    if skipped:
        last += " (-o json says what and why)"
    if results.errors and not (results.ran or results.findings):
        last = f"{files}{unread}"
    return f"{shown}\n\n{last}" if shown else last


def _sarif(results: Results, lines: SourceLines, project: Project) -> str:
    from awsml.render.sarif import sarif

    found = worst_first(results.findings)
    return as_json_text(sarif(found, lines, results.errors, cache(project.in_repository)))


def _junit(results: Results, fail_on: str) -> str:
    from awsml.render.junit import junit

    failing = None if fail_on == "never" else Level(fail_on)
    return junit(results.findings, results.ran, results.errors, failing)


def _annotations(results: Results, project: Project) -> str:
    from awsml.render.annotations import annotation_lines

    return annotation_lines(results.findings, results.errors, cache(project.in_repository))


def _json(results: Results) -> dict[str, Any]:
    return {
        "version": 1,
        "files": list(results.ran),
        "findings": [finding.as_json() for finding in results.findings],
        "not_checked": [{"file": file, **each.as_json()} for file, each in results.not_checked],
        "silenced": results.silenced,
        "counts": {level.value: _number(results.findings, level) for level in Level},
        "errors": [error_json(error)["error"] for error in results.errors],
    }


def _number(findings: Sequence[Finding], level: Level) -> int:
    return sum(finding.level is level for finding in findings)
