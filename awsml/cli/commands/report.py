"""`awsml report`: what a run came to, as a page, a table or a chart."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import click

from awsml.cli.options import run_argument
from awsml.cli.output import (
    Output,
    Style,
    Writer,
    as_json_text,
    beside_the_terminal,
    outputs_option,
    say,
    write,
)
from awsml.cli.project import Project
from awsml.cli.subject import run_named, runs_for
from awsml.errors import UsageError
from awsml.render.png import png
from awsml.render.report_run import RunReport, run_csv, run_html, run_svg
from awsml.render.report_tuning import report_html, report_svg
from awsml.render.runs import RunView, run_json
from awsml.render.search_report import (
    SearchReport,
    report_csv,
    report_json,
    warm_start_scenario,
)
from awsml.scenario.text import scenario_text
from awsml.store.run import Run
from awsml.store.runs import RunStore


@click.command("report", epilog="Example: awsml report last -o html=run.html -o csv=values.csv")
@run_argument
@outputs_option("html", "csv", "svg", "png", "json", "yaml")
@click.pass_obj
def command(project: Project, run: str, outputs: Sequence[Output]) -> None:
    """Write the report of a run: one page that needs no network.

    csv has a row for each value of a metric, or for each trial of a tuning run; svg and png the
    first chart alone (png needs the extra `png`); yaml, of a tuning run, the scenario of a search
    that goes on from this one in narrower ranges. On a terminal a page or an image goes to
    report-RUN.html or report-RUN.png. RUN as in `awsml status`.
    """
    with runs_for(project, run) as store:
        found = run_named(project, store, run)
        reported = _of_search if found.kind == "tuning" else _of_run
        for output in (beside_the_terminal(output, f"report-{found.id}") for output in outputs):
            write([output], _with_image(reported(project, store, found, output.file)))
            if output.file is not None:
                say(f"wrote {output.file}")


def _with_image(writers: dict[str, Writer]) -> dict[str, Writer]:
    return {**writers, "png": lambda style: png(str(writers["svg"](style)))}


def _of_search(project: Project, store: RunStore, run: Run, file: Path | None) -> dict[str, Writer]:
    report = SearchReport.of(store, run, time.time())
    if not report.standing.over:
        raise UsageError(
            f"no trial of run {run.id} is over yet",
            hint=f"follow it: awsml logs -f {run.id}",
            slug="no-report",
        )

    def scenario(_: Style) -> str:
        if run.scenario is None:
            raise UsageError(
                f"run {run.id} has no scenario to go on from",
                hint="write one first: awsml import tuning-job NAME",
                slug="no-report",
            )
        folder = project.cwd if file is None else (project.cwd / file).parent
        base = os.path.relpath(project.cwd / run.scenario, folder)
        return scenario_text(warm_start_scenario(report, base))

    return {
        "html": lambda _: report_html(report),
        "csv": lambda _: report_csv(report),
        "svg": lambda _: report_svg(report),
        "json": lambda _: as_json_text(report_json(report)),
        "yaml": scenario,
    }


def _of_run(project: Project, store: RunStore, run: Run, _: Path | None) -> dict[str, Writer]:
    report = RunReport.of(store, RunView.of(store, run), time.time())

    def chart(_: Style) -> str:
        drawn = run_svg(report)
        if drawn is None:
            raise UsageError(
                f"run {run.id} has no metric to draw",
                hint="name one in the scenario: `metrics: {loss: 'loss=([0-9.]+)'}`",
                slug="no-report",
            )
        return drawn

    def scenario(_: Style) -> str:
        raise UsageError(
            f"run {run.id} is a {run.kind} run, and only a search goes on in narrower ranges",
            hint=f"awsml report {run.id} -o html",
            slug="no-report",
        )

    return {
        "html": lambda _: run_html(report),
        "csv": lambda _: run_csv(report),
        "svg": chart,
        "json": lambda _: as_json_text({"version": 1, "run": run_json(report.view)}),
        "yaml": scenario,
    }
