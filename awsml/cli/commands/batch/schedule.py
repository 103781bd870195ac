"""`awsml batch schedule`: when a scenario runs by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from awsml.api import Planned
from awsml.cli.commands.batch.submit import batch_flags
from awsml.cli.options import scenario_argument, set_option
from awsml.cli.output import Output, Style, as_json_text, outputs_option, write
from awsml.cli.planning import planned
from awsml.cli.project import Project
from awsml.cli.showing import refuse
from awsml.decide.batch.timing import schedule_block, warnings_about
from awsml.errors import UsageError
from awsml.render.batch import schedule_section
from awsml.units import parse_duration


@click.command(
    "schedule",
    epilog="Example: awsml batch schedule -o json",
    short_help="Show the next five runs, and what may keep them back.",
)
@scenario_argument
@set_option
@click.option(
    "--after", metavar="MOMENT", help="Count from this moment, such as 2027-03-01T00:00+09:00."
)
@outputs_option("text", "json")
@click.pass_obj
def command(
    project: Project,
    scenario: Path | None,
    sets: Sequence[str],
    after: str | None,
    outputs: Sequence[Output],
) -> int:
    """Show the next five runs in local time and UTC, and what may surprise.

    Warned about: hours that the clock skips or repeats, runs that may overlap, weekdays that
    differ between the time zone and UTC.
    """
    work = planned(project, scenario, batch_flags(project, sets=sets), kinds=("batch",))
    if work.spec is None:
        return refuse(work, outputs)
    block = _block(work, _moment(after))
    write(outputs, {"text": partial(_text, block), "json": partial(_json, block)})
    return 0


def _block(work: Planned, after: datetime) -> dict[str, Any]:
    workload = work.workload
    if workload is None or workload.expression is None:
        raise UsageError(
            f"{work.document.file} has no schedule",
            hint='add `schedule: {days: mon-fri, at: "02:00", timezone: Asia/Seoul}`',
            slug="no-schedule",
        )
    retry = work.report.blocks["retry"]
    p99 = retry.get("hours", {}).get("p99")
    seconds = None if p99 is None else p99 * parse_duration("1h")
    told = warnings_about(workload, after, retry["attempts"], seconds)
    return schedule_block(workload, after, told)


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"`{text}` is no moment", hint="write it like `2027-03-01T00:00+09:00`"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(block: dict[str, Any], style: Style) -> str:
    return schedule_section(block, style.width)


def _json(block: dict[str, Any], _: Style) -> str:
    return as_json_text({"version": 1, "schedule": block})
