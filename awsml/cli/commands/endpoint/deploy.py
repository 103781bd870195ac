"""`awsml endpoint deploy`: serve a model, on this machine or on AWS."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from awsml.api import Planned
from awsml.backends.local.serving.endpoint import IN_SERVICE, LocalEndpoints, ServingTerms
from awsml.backends.local.supervisor import Supervised
from awsml.backends.local.terms import HERE
from awsml.cli.commands.endpoint.scenario import endpoint_flags
from awsml.cli.local_run import draft_of, python_of, write_run
from awsml.cli.options import (
    dry_run_option,
    fail_on_option,
    instance_option,
    max_cost_option,
    on_option,
    refused,
    scenario_argument,
    set_option,
    yes_option,
)
from awsml.cli.output import Output, outputs_option, say, style_of
from awsml.cli.planning import planned, terms
from awsml.cli.project import Project
from awsml.cli.showing import refuse, say_findings, show_plan
from awsml.cli.view import view_of
from awsml.cli.watching import Watcher
from awsml.events import PhaseChanged
from awsml.store.run import Status
from awsml.store.runs import RunStore


@click.command("deploy", epilog="Example: awsml endpoint deploy --port 8080")
@scenario_argument
@on_option
@set_option
@instance_option
@max_cost_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port on this machine; any free one if left out.",
)
@click.option("--workers", type=click.IntRange(1, 256), help="Worker processes.")
@click.option("-f", "--follow", is_flag=True, help="Stay with it; Ctrl-C deletes the endpoint.")
@dry_run_option
@yes_option
@fail_on_option
@outputs_option("text", "json")
@click.pass_obj
def command(
    project: Project,
    /,
    scenario: Path | None,
    on: str | None,
    port: int,
    follow: bool,
    dry_run: bool,
    yes: bool,
    fail_on: str,
    outputs: Sequence[Output],
    **flags: Any,
) -> int:
    """Serve a model, on this machine unless --on aws.

    Here it listens on loopback as SageMaker's containers do, and goes on until `awsml endpoint
    delete`. boto3's invoke_endpoint works with the printed address as endpoint_url.
    """
    reader = endpoint_flags(project, **flags)
    work = planned(project, scenario, reader, kinds=("endpoint",), target=on)
    if dry_run:
        return show_plan(work, outputs, fail_on)
    if refused(work.report.findings, fail_on) or not work.plan.calls:
        return refuse(work, outputs)
    if terms(project, work.document, on).target == "aws":
        from awsml.cli.commands.endpoint.on_aws import (
            deploy_on_aws,  # boto3 only where AWS is spoken to
        )

        return deploy_on_aws(project, work, outputs, yes=yes)
    return _here(project, work, port, outputs, follow=follow)


def _here(
    project: Project, work: Planned, port: int, outputs: Sequence[Output], *, follow: bool
) -> int:
    say(f"{HERE}: {work.plan.name}")
    say_findings(work)
    local = work.spec.local
    file = work.plan.file
    serving = ServingTerms(
        python=python_of(local.python, file),
        command=tuple(local.command),
        folder=(project.cwd / file).parent if file else project.cwd,
        port=port,
        environ=project.environ,
    )
    endpoints = LocalEndpoints(project.state, project.cwd, serving)
    run = endpoints.create(work.plan, draft_of(work, "local", detached=not follow))
    running = endpoints.supervised(run)
    if follow:
        end = Watcher(running, view_of(sys.stderr, style_of(sys.stderr)), run.id).watch()
        write_run(project, run.id, outputs)
        return 0 if end is None or end.status in (Status.COMPLETED, Status.STOPPED) else 1
    up = _until_in_service(running)
    write_run(project, run.id, outputs)
    if up:
        _say_how(project, work, run.id)
    return 0 if up else 1


def _say_how(project: Project, work: Planned, run_id: str) -> None:
    """How to ask it, to measure it and to end it, each to be typed as it stands."""
    traffic, folder = work.spec.traffic, project.cwd / Path(work.plan.file or ".").parent
    if traffic.example is not None:
        with RunStore(project.state) as store:
            url = store.get(run_id).figures["url"]
        body = project.shown(folder / traffic.example)
        kind = f"'Content-Type: {traffic.content_type}'"
        say(f"ask it with: curl -H {kind} --data-binary @{body} {url}/invocations")
        say("measure it with: awsml endpoint bench")
    say(f"delete it with: awsml endpoint delete {work.plan.name}")


def _until_in_service(running: Supervised) -> bool:
    """Lets the endpoint go once it answers; one that does not start ends with its error."""
    view = view_of(sys.stderr, style_of(sys.stderr))
    try:
        for event in running.events():
            view.show(event)
            if isinstance(event, PhaseChanged) and event.phase == IN_SERVICE:
                running.detach()
                return True
    finally:
        view.close()
    return False
