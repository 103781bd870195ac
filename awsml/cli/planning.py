"""From a command's arguments to a planned scenario; shared by every command that plans or runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from awsml import api
from awsml.api import Planned, Terms
from awsml.cli.disk import ThisDisk
from awsml.cli.facts import today
from awsml.cli.output import Style
from awsml.cli.overrides import training_flags
from awsml.cli.project import Project
from awsml.cli.scenarios import chosen, loaded, one_document
from awsml.render.findings import counts_line, findings_text
from awsml.scenario.document import Document
from awsml.scenario.overrides import Override

if TYPE_CHECKING:
    from awsml.estimate.measured import PastRun

_MOST_PAST_RUNS = 50

FlagReader = Callable[[Document], list[Override]]


def planned(
    project: Project,
    scenario: Path | None,
    flags: FlagReader,
    *,
    kinds: Sequence[str] = (),
    target: str | None = None,
    gate: str | None = "ceiling",
) -> Planned:
    """The scenario named (or the only one) with the command's flags, planned."""
    path = chosen(project, scenario, kinds)
    plain = one_document(loaded(project, path).documents, project.shown(path), kinds)
    result = loaded(project, path, flags(plain))
    document = result.documents[plain.index]
    return api.plan(document, terms(project, document, target, gate), result.findings)


def terms(
    project: Project, document: Document, target: str | None, gate: str | None = "ceiling"
) -> Terms:
    """Where it will run: --on, else `on:` of the scenario or the project, else here."""
    stated = document.plain().get("on")
    where = target or (stated if stated in ("local", "aws") else "local")
    return Terms(
        region=project.region,
        target=where,
        sending=where == "aws",
        gate=gate,
        today=today(),
        past=past_runs(project),
        disk=ThisDisk(),
    )


def past_runs(project: Project) -> list[PastRun]:
    """The newest completed training jobs on AWS of this project; their rates are measurements."""
    if not (project.state / "runs.db").exists():
        return []
    from awsml.decide.history import past_run  # the store of runs: not for a project without
    from awsml.store.run import Status
    from awsml.store.runs import RunStore

    with RunStore(project.state) as store:
        runs = store.find(
            kind="training", backend="aws", status=Status.COMPLETED, limit=_MOST_PAST_RUNS
        )
        found = [past_run(run, store.phases(run.id)) for run in runs]
    return [each for each in found if each is not None]


def flag_reader(project: Project, **flags: Any) -> FlagReader:
    """The overrides that a command's flags come to, once the document is known."""
    return lambda document: training_flags(document, region=project.region, **flags)


def report_text(work: Planned, style: Style) -> str:
    """The plan, then what was found and what could not be checked."""
    from awsml.render.plan import not_checked_text, plan_text  # not for `validate`

    report = work.report
    findings = findings_text(
        report.findings, work.document.source_line, width=style.width, paint=style.paint
    )
    skipped = not_checked_text(report.not_checked, style.width)
    counts = counts_line(report.findings)
    shown = plan_text(report, style.width) if report.plan.calls or report.blocks else ""
    return "\n\n".join(part for part in (shown, skipped, findings, counts) if part)
