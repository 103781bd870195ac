"""`awsml stop`: end a run, gently or at once."""

from __future__ import annotations

import time

import click

from awsml.cli.options import run_argument
from awsml.cli.output import say
from awsml.cli.project import Project
from awsml.cli.subject import run_named, runs_for
from awsml.store.run import Run, Status
from awsml.store.runs import RunStore

_LOOK_SECONDS = 0.1


@click.command("stop", epilog="Example: awsml stop last --now")
@run_argument
@click.option("--now", is_flag=True, help="Kill a local run at once, without its grace time.")
@click.option("--wait/--no-wait", default=True, help="Return only when the run is over.")
@click.pass_obj
def command(project: Project, run: str, now: bool, wait: bool) -> None:
    """Stop a run: SIGTERM, 120 s of grace, SIGKILL; its checkpoints and artifacts are kept.

    RUN as in `awsml status`.
    """
    with runs_for(project, run) as store:
        found = run_named(project, store, run)
        if found.over:
            say(f"run {found.id} is over: {found.status}")
        elif found.backend == "aws":
            _stop_on_aws(project, store, found)
        else:
            _stop(store, found, now, wait)


def _stop_on_aws(project: Project, store: RunStore, run: Run) -> None:
    from awsml.backends.aws.backend import AwsBackend  # boto3 only where AWS is spoken to
    from awsml.cli.session import session_of

    AwsBackend(session_of(project, run.region), store).stop(run)
    then = "30 s" if run.kind == "batch" else "120 s and then uploads what it has"
    say(f"run {run.id} is asked to stop; AWS gives it {then}")


def _stop(store: RunStore, run: Run, now: bool, wait: bool) -> None:
    store.ask_to_stop(run.id, "kill" if now else "stop")
    say(f"run {run.id} is asked to stop")
    while wait and not (standing := store.get(run.id)).over:
        time.sleep(_LOOK_SECONDS)
    if wait:
        said = f": {standing.reason}" if standing.reason else ""
        say(f"run {run.id} is {Status(standing.status).value}{said}")
