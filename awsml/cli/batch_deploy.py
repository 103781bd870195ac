"""`awsml batch deploy` and `destroy`: the stack that jobs of a scenario run in."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from awsml.api import Planned
from awsml.cli.batch_submit import batch_flags
from awsml.cli.options import dry_run_option, scenario_argument, set_option, yes_option
from awsml.cli.output import ask, say
from awsml.cli.planning import planned, refused
from awsml.cli.project import Project
from awsml.cli.showing import say_findings
from awsml.errors import UsageError
from awsml.kinds.batch.compile import STACK_FILE
from awsml.kinds.batch.names import stack_name
from awsml.render.stack import changes_text, cost_text, removal_text

if TYPE_CHECKING:
    from awsml.aws.session import Session


@click.command("deploy", epilog="Example: awsml batch deploy --dry-run")
@scenario_argument
@set_option
@dry_run_option
@yes_option
@click.pass_obj
def deploy_command(
    project: Project, scenario: Path | None, sets: tuple[str, ...], dry_run: bool, yes: bool
) -> int:
    """Make or change the stack: environments, queue, roles, logs, schedule, notices.

    The change set is shown in words and dollars before anything is made; the same scenario again
    changes nothing. --dry-run prints the template, and asks nothing of AWS.
    """
    work = planned(
        project, scenario, batch_flags(project, sets=sets), kinds=("batch",), target="aws"
    )
    if refused(work.report.findings) or not work.plan.files:
        say_findings(work)
        return 1
    if dry_run:
        click.echo(work.plan.files[STACK_FILE], nl=False)
        return 0
    say_findings(work)
    return _deploy(project, work, yes)


@click.command("destroy", epilog="Example: awsml batch destroy")
@scenario_argument
@yes_option
@click.pass_obj
def destroy_command(project: Project, scenario: Path | None, yes: bool) -> int:
    """Delete the stack of a scenario; what jobs wrote to S3 stays."""
    from awsml.backends.aws.stack import Stack  # boto3 only where AWS is spoken to

    work = planned(project, scenario, batch_flags(project), kinds=("batch",))
    if work.spec is None:
        say_findings(work)
        return 1
    session = _session(project, work)
    stack = Stack(session, stack_name(work.spec))
    if not stack.status():
        say(f"there is no stack {stack.name} in {session.region}; nothing to delete")
        return 0
    say(removal_text(stack.name, stack.resources()))
    _agree("Delete all of it?", yes)
    _tell(stack.delete(_token(stack.name, str(time.time()))))
    say(f"{stack.name} is gone")
    return 0


def _deploy(project: Project, work: Planned, yes: bool) -> int:
    from awsml.backends.aws.stack import Stack  # boto3 only where AWS is spoken to

    session = _session(project, work)
    stack = Stack(session, stack_name(work.spec))
    template = work.plan.files[STACK_FILE]
    values = _parameters(session, work)
    token = _token(template, repr(sorted(values.items())), str(time.time()))
    changes = stack.prepare(template, values, token)
    if changes.set is None:
        say(f"{stack.name} is as the scenario says; nothing to change")
        return 0
    say(changes_text(stack.name, changes))
    say(cost_text(work.report.cost))
    if not (yes or ask("Make these changes?")):
        stack.discard(changes)
        _agree("", yes)
    _upload(session, work)
    _tell(stack.execute(changes, token))
    say(f"{stack.name} is ready; submit a job: awsml batch submit --on aws")
    return 0


def _parameters(session: Session, work: Planned) -> dict[str, str]:
    """What the scenario leaves to the account."""
    from awsml.backends.aws.surroundings import default_network

    spec, found = work.spec, {}
    network = spec.compute
    if network.queue is None and not (network.subnets and network.security_groups):
        found = default_network(session)
    if network.subnets:
        found.pop("Subnets", None)
    if network.security_groups:
        found.pop("SecurityGroups", None)
    return found | {_PARAMETER_OF[u.ref.name]: u.uri(_bucket(session)) for u in _uploads(work)}


_PARAMETER_OF = {"code": "CodeUri", "data:data": "DataUri"}


def _uploads(work: Planned) -> list[Any]:
    from awsml.backends.aws.uploads import uploads_of

    return uploads_of(work.plan.calls)


def _upload(session: Session, work: Planned) -> None:
    from awsml.backends.aws.uploads import ensure_bucket, send

    uploads = _uploads(work)
    for _ in ensure_bucket(session, _bucket(session)) if uploads else ():
        pass
    for upload in uploads:
        say(f"uploading {upload}")
        for _ in send(session, upload, _bucket(session)):
            pass


def _bucket(session: Session) -> str:
    return f"sagemaker-{session.region}-{session.identity().account}"


def _session(project: Project, work: Planned) -> Session:
    from awsml.cli.aws_run import session_of

    session = session_of(project, work.plan.region)
    say(f"on AWS account {session.identity().account}, {session.region}: {work.plan.name}")
    return session


def _tell(lines: Iterator[str]) -> None:
    for line in lines:
        say(line)


def _agree(question: str, yes: bool) -> None:
    if yes or (question and ask(question)):
        return
    if sys.stdin.isatty():
        raise click.Abort
    raise UsageError(
        "nothing was changed: there is no terminal to ask on", hint="add `-y`", slug="not-agreed"
    )


def _token(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
