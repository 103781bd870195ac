"""Findings as JUnit XML: a suite a file, a case a rule, so that what passed is seen as well."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape  # xml.sax.saxutils would import urllib, http and ssl

from awsml.errors import AwsmlError
from awsml.finding import Finding, Level, worst_first

# Characters that XML 1.0 does not allow, even escaped.
_FORBIDDEN = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


def junit(
    findings: Sequence[Finding],
    checked: Mapping[str, Iterable[str]],
    errors: Sequence[AwsmlError] = (),
    fail_on: Level | None = Level.ERROR,
) -> str:
    """`checked` names, by file, the rules that ran; `fail_on` is the lowest level that fails."""
    by_file: dict[str, list[Finding]] = {file: [] for file in checked}
    for finding in findings:
        by_file.setdefault(finding.place.file if finding.place else "", []).append(finding)
    suites = [
        _suite(file, found, checked.get(file, ()), fail_on) for file, found in by_file.items()
    ]
    suites += [_unreadable(error) for error in errors]
    body = "\n".join(suites)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="awsml">\n{body}\n</testsuites>'
    )


def _suite(
    file: str, findings: Sequence[Finding], ran: Iterable[str], fail_on: Level | None
) -> str:
    by_slug: dict[str, list[Finding]] = {slug: [] for slug in ran}
    for finding in worst_first(findings):
        by_slug.setdefault(finding.slug, []).append(finding)
    failing = {slug: [f for f in found if _fails(f, fail_on)] for slug, found in by_slug.items()}
    cases = [_case(file, slug, found, failing[slug]) for slug, found in by_slug.items()]
    failures = sum(bool(found) for found in failing.values())
    head = f'<testsuite name={_quoted(file)} tests="{len(cases)}" failures="{failures}" errors="0">'
    return "\n".join([f"  {head}", *cases, "  </testsuite>"])


def _fails(finding: Finding, fail_on: Level | None) -> bool:
    return fail_on is not None and finding.level.rank <= fail_on.rank


def _case(file: str, slug: str, findings: Sequence[Finding], failing: Sequence[Finding]) -> str:
    opening = f"    <testcase classname={_quoted(file)} name={_quoted(slug)}"
    if not findings:
        return f"{opening}/>"
    text = _text("\n\n".join(_described(finding) for finding in findings))
    if not failing:
        return f"{opening}><system-out>{text}</system-out></testcase>"
    first = failing[0]
    kind = f"type={_quoted(first.level.value)} message={_quoted(first.message)}"
    return f"{opening}><failure {kind}>{text}</failure></testcase>"


def _described(finding: Finding) -> str:
    place = finding.place
    where = f"{place.file}:{place.line}:{place.column}: " if place else ""
    hint = f"\nhint: {finding.hint}" if finding.hint else ""
    return f"{where}{finding.level.value}: {finding.message}{hint}"


def _unreadable(error: AwsmlError) -> str:
    file = error.where.file if error.where else "awsml"
    return (
        f'  <testsuite name={_quoted(file)} tests="1" failures="0" errors="1">\n'
        f"    <testcase classname={_quoted(file)} name={_quoted(error.slug)}>"
        f"<error message={_quoted(error.message)}/></testcase>\n  </testsuite>"
    )


def _text(text: str) -> str:
    return escape(re.sub(_FORBIDDEN, "�", text), quote=False)


def _quoted(text: str) -> str:
    plain = escape(re.sub(_FORBIDDEN, "�", text))
    return '"' + "".join(f"&#{ord(each)};" if each in "\n\r\t" else each for each in plain) + '"'
