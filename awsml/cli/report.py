"""`awsml report`: what a run came to, as a page, a table or a chart."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

from awsml.cli.options import run_argument
from awsml.cli.output import Output, Style, Writer, as_json_text, outputs_option, say, write
from awsml.cli.project import Project
from awsml.cli.subject import run_named, runs_for
from awsml.errors import UsageError
from awsml.render.report_tuning import report_html, report_svg
from awsml.render.search_report import (
    SearchReport,
    report_csv,
    report_json,
    warm_start_scenario,
)
from awsml.scenario.text import scenario_text


@click.command("report", epilog="Example: awsml report last -o html=search.html -o csv=trials.csv")
@run_argument
@outputs_option("html", "csv", "svg", "json", "yaml")
@click.pass_obj
def command(project: Project, run: str, outputs: Sequence[Output]) -> None:
    """Write the report of a tuning run: one page that needs no network.

    csv has a row a trial, svg the first chart alone, yaml the scenario of a search that goes on
    from this one in narrower ranges. On a terminal the page goes to report-RUN.html. RUN as in
    `awsml status`.
    """
    with runs_for(project, run) as store:
        found = run_named(project, store, run)
        if found.kind != "tuning":
            raise UsageError(
                f"run {found.id} is a {found.kind} run, and reports are of tuning runs",
                hint=f"awsml status {found.id}",
                slug="no-report",
            )
        report = SearchReport.of(store, found, time.time())
    if not report.standing.over:
        raise UsageError(
            f"no trial of run {found.id} is over yet",
            hint=f"follow it: awsml logs -f {found.id}",
            slug="no-report",
        )
    for output in (_for_a_browser(output, found.id) for output in outputs):
        write([output], _writers(project, report, output.file))
        if output.file is not None:
            say(f"wrote {output.file}")


def _for_a_browser(output: Output, run: str) -> Output:
    """A page is of no use on a terminal: there it becomes a file of the folder one is in."""
    if output.format != "html" or output.file is not None or not sys.stdout.isatty():
        return output
    return Output("html", Path(f"report-{run}.html"))


def _writers(project: Project, report: SearchReport, file: Path | None) -> dict[str, Writer]:
    def scenario(_: Style) -> str:
        if report.run.scenario is None:
            raise UsageError(
                f"run {report.run.id} has no scenario to go on from",
                hint="write one first: awsml import tuning-job NAME",
                slug="no-report",
            )
        folder = project.cwd if file is None else (project.cwd / file).parent
        base = os.path.relpath(project.cwd / report.run.scenario, folder)
        return scenario_text(warm_start_scenario(report, base))

    return {
        "html": lambda _: report_html(report),
        "csv": lambda _: report_csv(report),
        "svg": lambda _: report_svg(report),
        "json": lambda _: as_json_text(report_json(report)),
        "yaml": scenario,
    }
