"""`awsml logs`: what a run printed, once or as it comes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import click

from awsml.cli.array_child import array_sizes, child_key
from awsml.cli.options import run_argument
from awsml.cli.output import warn
from awsml.cli.project import Project
from awsml.cli.quantities import above_zero
from awsml.cli.subject import backend_of, log_lines, on_its_own, run_named, runs_for
from awsml.events import LogLine
from awsml.render.cells import harmless
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
@click.option("--child", metavar="N", help="Only this child of an array: 3, or train:3.")
@click.pass_obj
def command(
    project: Project,
    run: str,
    follow: bool,
    since: str | None,
    tail: int | None,
    child: str | None,
) -> None:
    """Print the log of a run. RUN as in `awsml status`.

    A run with several hosts, trials or jobs has the name of each in front of its lines.
    """
    with runs_for(project, run) as store:
        found = run_named(project, store, run)
        begin = None if since is None else store.clock() - parse_duration(since)
        wanted = _Wanted(follow, begin, tail, None if child is None else child_key(found, child))
        if on_its_own(found):
            _show_from_aws(project, store, found, wanted)
        else:
            _show(store, found, wanted)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which lines: from a time on, the last few, of one child."""

    follow: bool
    since: float | None
    tail: int | None
    child: str | None

    def of(self, lines: Iterable[LogLine]) -> list[LogLine]:
        """Lines of the child that is wanted, by time."""
        kept = [line for line in lines if self.child in (None, line.stream)]
        return sorted(kept, key=lambda each: each.at)


def _show_from_aws(project: Project, store: RunStore, found: Run, wanted: _Wanted) -> None:
    """What CloudWatch has; then what comes, asking AWS until the job is over."""
    from awsml.backends.aws.batch_arrays import READ_AT_ONCE  # where AWS is spoken to

    most = max(array_sizes(found).values(), default=0)
    if wanted.child is None and most > READ_AT_ONCE:
        warn(f"these are the first {READ_AT_ONCE} of {most:,} children; another one: --child N")
    lines = log_lines(project, store, found, wanted.since, wanted.tail, wanted.child)
    named = _several(found, lines)
    _print(lines, named)
    if not wanted.follow or found.over:
        return
    after = lines[-1].at if lines else wanted.since or 0.0
    for event in backend_of(project, store, found.region).follow(found, after, wanted.child):
        if isinstance(event, LogLine):
            _print([event], named)
        elif wanted.child is None:  # what becomes of one child is not told of the run
            store.record(found.id, event)


def _show(store: RunStore, found: Run, wanted: _Wanted) -> None:
    """What is there, then what comes."""
    ids = [found.id, *(child.id for child in store.children(found.id))]
    tails = [store.log_tail(run_id, from_start=False) for run_id in ids]
    tail = wanted.tail
    of_all = None if wanted.child else tail
    lines = wanted.of(line for each in tails for line in each.before(wanted.since, of_all))
    named = _several(found, lines)
    _print(lines if tail is None else lines[len(lines) - min(tail, len(lines)) :], named)
    while wanted.follow:
        over = store.get(found.id).over  # before the last look, so that no line is missed
        _print(wanted.of(line for each in tails for line in each.read()), named)
        if over:
            break
        time.sleep(_LOOK_SECONDS)


def _print(lines: Sequence[LogLine], named: bool) -> None:
    """As they were, but for what a terminal would do more than colour."""
    shown = harmless if sys.stdout.isatty() else str
    for line in lines:
        click.echo(shown(f"{line.stream}  {line.text}" if named else line.text))


def _several(run: Run, lines: Sequence[LogLine]) -> bool:
    hosts = run.request("CreateTrainingJob").get("ResourceConfig", {}).get("InstanceCount", 1)
    return hosts > 1 or len({line.stream for line in lines}) > 1
