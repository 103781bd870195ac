"""`awsml endpoint idle`: endpoints on AWS that cost and serve nobody."""

from __future__ import annotations

import time
from collections.abc import Sequence

import click

from awsml.backends.aws.idle import SECONDS_PER_DAY, IdleEndpoint, idle_endpoints
from awsml.cli.options import yes_option
from awsml.cli.output import Output, as_json_text, outputs_option, say, write
from awsml.cli.project import Project
from awsml.render.idle import idle_text
from awsml.scenario.fields import Problem
from awsml.units import QuantityError, format_usd, parse_duration


def _days(_: click.Context, __: click.Parameter, text: str) -> int:
    try:
        seconds = parse_duration(text)
    except (QuantityError, Problem) as error:
        raise click.BadParameter(f"`{text}` is no duration; write it like 7d") from error
    days = round(seconds / SECONDS_PER_DAY)
    if not 1 <= days <= 455:
        raise click.BadParameter("from 1d to 455d, as long as CloudWatch remembers")
    return days


@click.command(
    "idle",
    epilog="Example: awsml endpoint idle --older-than 14d",
    short_help="List endpoints on AWS that cost money and serve nobody.",
)
@click.option(
    "--older-than",
    "days",
    metavar="DURATION",
    default="7d",
    show_default=True,
    callback=_days,
    help="How long nobody has called an idle one.",
)
@click.option("--all", "everything", is_flag=True, help="Also those that are called.")
@click.option("--delete", is_flag=True, help="Delete the idle ones, after asking for each.")
@yes_option
@outputs_option("text", "json")
@click.pass_obj
def command(
    project: Project,
    days: int,
    everything: bool,
    delete: bool,
    yes: bool,
    outputs: Sequence[Output],
) -> int:
    """List endpoints on AWS that cost money and serve nobody: dollars, owner, last call.

    An endpoint that nobody calls publishes no metric: no data over the whole time is the sign.
    """
    from awsml.cli.session import announced  # boto3 only where AWS is spoken to

    session = announced(project)
    rows = idle_endpoints(session, days, time.time())
    idle = [row for row in rows if row.idle]
    shown = rows if everything else idle
    payload = {
        "version": 1,
        "region": session.region,
        "days": days,
        "endpoints": [row.as_json() for row in shown],
        "usd_per_month": sum(row.usd_per_month or 0.0 for row in idle),
    }
    writers = {
        "text": lambda style: idle_text(shown, len(rows), days, style.width),
        "json": lambda _: as_json_text(payload),
    }
    write(outputs, writers)
    if delete:
        _delete(project, idle, session.region, yes=yes)
    return 0


def _delete(project: Project, idle: Sequence[IdleEndpoint], region: str, *, yes: bool) -> None:
    """Each is asked for by name, with what it costs."""
    from awsml.cli.commands.endpoint.on_aws import delete_on_aws

    for row in idle:
        usd = "an unknown price" if row.usd_per_month is None else format_usd(row.usd_per_month)
        say(f"{row.name}: {usd} a month, owner {row.owner or 'unknown'}")
        delete_on_aws(project, row.name, yes=yes, region=region)
