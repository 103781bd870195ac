"""From a command's arguments to a planned scenario; shared by every command that plans or runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from awsml import api
from awsml.api import Planned, Terms
from awsml.cli.project import Project
from awsml.cli.scenarios import chosen, loaded, one_document
from awsml.finding import Finding, Level
from awsml.scenario import Document, Override

FlagReader = Callable[[Document], list[Override]]


def planned(
    project: Project,
    scenario: Path | None,
    flags: FlagReader,
    *,
    kinds: Sequence[str] = (),
    target: str | None = None,
) -> Planned:
    """The scenario named (or the only one) with the command's flags, planned."""
    path = chosen(project, scenario, kinds)
    plain = one_document(loaded(project, path).documents, project.shown(path), kinds)
    result = loaded(project, path, flags(plain))
    document = result.documents[plain.index]
    return api.plan(document, terms(project, document, target), result.findings)


def terms(project: Project, document: Document, target: str | None) -> Terms:
    """Where it will run: --on, else `on:` of the scenario or the project, else here."""
    stated = document.plain().get("on")
    where = target or (stated if stated in ("local", "aws") else "local")
    return Terms(region=project.region, target=where, today=datetime.now(UTC).date())


def refused(findings: Sequence[Finding], fail_on: str = "error") -> bool:
    """Whether any finding is at or above the level that fails."""
    if fail_on == "never":
        return False
    rank = Level(fail_on).rank
    return any(finding.level.rank <= rank for finding in findings)


def with_findings(planned: Planned, more: Sequence[Finding]) -> Planned:
    report = replace(planned.report, findings=(*planned.report.findings, *more))
    return replace(planned, report=report)
