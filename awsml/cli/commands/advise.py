"""`awsml advise`: what to change in a scenario, what it saves, and why the other ways lose."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from awsml.advice import Advice
from awsml.api import Planned
from awsml.cli.files import read_text
from awsml.cli.options import refused, scenario_argument, search_overrides, training_overrides
from awsml.cli.output import Output, as_json_text, outputs_option, say, write, write_file
from awsml.cli.planning import flag_reader, planned
from awsml.cli.project import Project
from awsml.cli.scenarios import chosen
from awsml.finding import Finding, Fix, Level
from awsml.plan import as_json
from awsml.render.advice import advice_text, applied_text
from awsml.render.findings import findings_text
from awsml.scenario.edit import set_value


@click.command("advise", epilog="Example: awsml advise train.yaml --apply")
@scenario_argument
@training_overrides
@search_overrides
@click.option("--apply", is_flag=True, help="Write what is safe into the scenario.")
@outputs_option("text", "json")
@click.pass_obj
def command(
    project: Project,
    /,
    scenario: Path | None,
    apply: bool,
    outputs: Sequence[Output],
    **flags: Any,
) -> int:
    """Say what to change, what it saves in dollars and minutes, and why the alternatives lose.

    --apply writes the changes that need nothing of your script or account, and keeps comments
    and order. SCENARIO may be left out where the project has just one.
    """
    path = chosen(project, scenario)
    work = planned(project, path, flag_reader(project, **flags), gate=None)
    advice = work.report.advice
    safe = [fix for each in advice if each.change for fix in each.fixes if fix.safe]
    left = [fix for each in advice for fix in each.fixes if not fix.safe]
    if apply and safe:
        _apply(path, project.shown(path), work, safe)
    writers = {
        "text": lambda style: advice_text(advice, style.width),
        "json": lambda _: as_json_text(_payload(work, advice, safe if apply else [])),
    }
    write(outputs, writers)
    if apply:
        say(applied_text(safe, left))
    return _explain(work)


def _apply(path: Path, shown: str, work: Planned, fixes: Sequence[Fix]) -> None:
    text = read_text(str(path))
    for fix in fixes:
        text = set_value(text, fix.field, fix.value, index=work.document.index, file=shown)
    write_file(path, text)


def _payload(work: Planned, advice: Sequence[Advice], applied: Sequence[Fix]) -> dict[str, Any]:
    plan = work.plan
    return {
        "version": 1,
        "kind": plan.kind,
        "name": plan.name,
        "advice": [each.as_json() for each in advice],
        "applied": [{"field": fix.field, "value": fix.value} for fix in applied],
        **{name: as_json(block) for name, block in work.report.blocks.items()},
        "findings": [finding.as_json() for finding in work.report.findings],
    }


def _explain(work: Planned) -> int:
    """Errors of the scenario itself are the first thing to change."""
    errors: list[Finding] = [f for f in work.report.findings if f.level == Level.ERROR]
    if errors:
        say(findings_text(errors, work.document.source_line))
    return 1 if refused(errors) else 0
