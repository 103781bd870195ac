"""`awsml plan`: the requests, the dollars and the minutes, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from awsml.api import Planned, with_expectations
from awsml.cli.facts import warn_of_age
from awsml.cli.options import (
    fail_on_option,
    gate_option,
    max_cost_option,
    on_option,
    refused,
    scenario_argument,
    search_overrides,
    training_overrides,
)
from awsml.cli.output import Output, Writer, as_json_text, outputs_option, write_pages
from awsml.cli.planning import flag_reader, planned, report_text
from awsml.cli.project import Project


@click.command("plan", epilog="Example: awsml plan -o html=plan.html")
@scenario_argument
@on_option
@training_overrides
@search_overrides
@max_cost_option
@gate_option
@click.option(
    "--compare",
    "base",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="BASE",
    help="A scenario, or a plan's JSON: show what changes against it, for a pull request.",
)
@fail_on_option
@outputs_option("text", "json", "markdown", "html")
@click.pass_obj
def command(
    project: Project,
    /,
    scenario: Path | None,
    on: str | None,
    outputs: Sequence[Output],
    gate: str,
    base: Path | None,
    fail_on: str,
    **flags: Any,
) -> int:
    """Show the AWS requests, what each value is and where it came from, the dollars and the time.

    Nothing is sent. SCENARIO may be left out where the project has just one.
    """
    work = with_expectations(
        planned(project, scenario, flag_reader(project, **flags), target=on, gate=gate)
    )
    writers: dict[str, Writer] = {
        "text": lambda style: report_text(work, style),
        "json": lambda _: as_json_text(work.report.as_json()),
        "markdown": lambda _: _markdown(work),
        "html": lambda _: _html(work),
    }
    if base is not None:
        from awsml.cli.comparing import comparison  # a few plans are compared

        writers = comparison(project, base, work, on)
    write_pages(outputs, writers, f"plan-{work.plan.name}")
    warn_of_age(work.plan.region)
    return 1 if refused(work.report.findings, fail_on) else 0


def _markdown(work: Planned) -> str:
    from awsml.render.compare import plan_markdown  # only for it

    return plan_markdown(work.report)


def _html(work: Planned) -> str:
    from awsml.render.plan_page import plan_page  # charts and style sheets: only for a page

    return plan_page(work.report, work.document.source_line)
