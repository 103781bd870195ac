"""Options that several commands share: one name for one thing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from awsml.finding import Finding, Level

Decorated = Callable[..., Any]

scenario_argument = click.argument(
    "scenario", required=False, type=click.Path(path_type=Path), metavar="[SCENARIO]"
)
run_argument = click.argument("run", required=False, default="last", metavar="[RUN]")
on_option = click.option(
    "--on",
    type=click.Choice(["local", "aws"]),
    help="Where it runs; otherwise `on:` of the scenario or of awsml.yaml, else this machine.",
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
yes_option = click.option("-y", "--yes", is_flag=True, help="Do not ask first.")
detach_option = click.option("-d", "--detach", is_flag=True, help="Start it and return.")
resume_option = click.option("--resume", metavar="RUN", help="Go on with an interrupted run.")


def _readable(_: click.Context, __: click.Parameter, text: str | None) -> str | None:
    """A moment that cannot be read is said before anything is planned."""
    from awsml.backends.local.interrupts import parse_interrupt  # only where one is given

    if text is not None:
        parse_interrupt(text)
    return text


interrupt_option = click.option(
    "--interrupt",
    metavar="WHEN",
    callback=_readable,
    help="Rehearse a Spot reclaim: 30s, 50% or seed:7; `term:30s` warns with SIGTERM first.",
)
set_option = click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Override a scenario field; repeatable.",
)
input_mode_option = click.option(
    "--input-mode",
    "input_modes",
    multiple=True,
    metavar="[CHANNEL=]MODE",
    help="file, fastfile, pipe or auto, for every S3 channel or for one.",
)
region_option = click.option(
    "--region", metavar="REGION", help="AWS region; us-east-1 if left out."
)
instance_option = click.option("--instance", metavar="TYPE", help="Override the instance type.")
spot_option = click.option(
    "--spot/--no-spot", default=None, help="Use Spot with the scenario's terms, or do not."
)
max_parallel_option = click.option(
    "--max-parallel", type=click.IntRange(min=1), help="The most trials at once."
)
strategy_option = click.option(
    "--strategy",
    type=click.Choice(["bayesian", "random", "hyperband", "grid"]),
    help="How a tuning job chooses what to try.",
)
max_cost_option = click.option(
    "--max-cost",
    metavar="USD",
    help="Fail, with nothing sent, when the plan may cost more or cannot be shown to cost less.",
)
gate_option = click.option(
    "--gate",
    type=click.Choice(["ceiling", "expected"]),
    default="ceiling",
    show_default=True,
    help="The figure of the cost that --max-cost and limits.cost are held against.",
)
fail_on_option = click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "advice", "never"]),
    default="error",
    show_default=True,
    help="The lowest level of finding that gives exit code 1.",
)


def refused(findings: Sequence[Finding], fail_on: str = "error") -> bool:
    """Whether any finding is at or above the level of --fail-on."""
    if fail_on == "never":
        return False
    rank = Level(fail_on).rank
    return any(finding.level.rank <= rank for finding in findings)


def training_overrides(command: Decorated) -> Decorated:
    """--input-mode, --instance, --spot and --set, in the order that help shows them."""
    for option in (set_option, spot_option, instance_option, input_mode_option):
        command = option(command)
    return command


def search_overrides(command: Decorated) -> Decorated:
    """--max-parallel and --strategy, for what plans or runs a tuning job."""
    for option in (strategy_option, max_parallel_option):
        command = option(command)
    return command
