"""`awsml logs`: what a run printed, once or as it comes."""

from __future__ import annotations

import time
from collections.abc import Sequence

import click

from awsml.cli.options import run_argument
from awsml.cli.project import Project
from awsml.cli.quantities import above_zero
from awsml.cli.subject import backend_of, log_lines, on_its_own, run_named, runs_for
from awsml.events import LogLine
from awsml.store.run import Run
from awsml.store.runs import RunStore
from awsml.units import parse_duration

_LOOK_SECONDS = 0.2


@click.command("logs", epilog="Example: awsml logs -f --since 10m")
@run_argument
@click.option("-f", "--follow", is_flag=True, help="Go on until the run is over.")
@click.option(
    "--since",
    metavar="DURATION",
    callback=above_zero(parse_duration),
    help="Only lines of the last 10m, 2h, ...",
)
@click.option("--tail", type=click.IntRange(0, 10**9), metavar="N", help="Only the last N lines.")
@click.pass_obj
def command(project: Project, run: str, follow: bool, since: str | None, tail: int | None) -> None:
    """Print the log of a run. RUN as in `awsml status`.

    A run with several hosts or trials has the name of each in front of its lines.
    """
    with runs_for(project, run) as store:
        found = run_named(project, store, run)
        if on_its_own(found):
            _show_from_aws(project, store, found, follow, since, tail)
        else:
            _show(store, found, follow, since, tail)


def _show_from_aws(
    project: Project,
    store: RunStore,
    found: Run,
    follow: bool,
    since: str | None,
    tail: int | None,
) -> None:
    """What CloudWatch has; then what comes, asking AWS until the job is over."""
    begin = None if since is None else store.clock() - parse_duration(since)
    lines = log_lines(project, store, found, begin, tail)
    named = _several(found, lines)
    _print(lines, named)
    if not follow or found.over:
        return
    after = lines[-1].at if lines else begin or 0.0
    for event in backend_of(project, store, found.region).follow(found, after):
        if isinstance(event, LogLine):
            _print([event], named)
        else:
            store.record(found.id, event)


def _show(store: RunStore, found: Run, follow: bool, since: str | None, tail: int | None) -> None:
    """What is there, then what comes."""
    begin = None if since is None else store.clock() - parse_duration(since)
    ids = [found.id, *(child.id for child in store.children(found.id))]
    tails = [store.log_tail(run_id, from_start=False) for run_id in ids]
    there = (line for each in tails for line in each.before(begin, tail))
    lines = sorted(there, key=lambda each: each.at)
    named = _several(found, lines)
    _print(lines if tail is None else lines[len(lines) - min(tail, len(lines)) :], named)
    while follow:
        over = store.get(found.id).over  # before the last look, so that no line is missed
        fresh = [line for each in tails for line in each.read()]
        _print(sorted(fresh, key=lambda each: each.at), named)
        if over:
            break
        time.sleep(_LOOK_SECONDS)


def _print(lines: Sequence[LogLine], named: bool) -> None:
    for line in lines:
        click.echo(f"{line.stream}  {line.text}" if named else line.text)


def _several(run: Run, lines: Sequence[LogLine]) -> bool:
    hosts = run.request("CreateTrainingJob").get("ResourceConfig", {}).get("InstanceCount", 1)
    return hosts > 1 or len({line.stream for line in lines}) > 1
