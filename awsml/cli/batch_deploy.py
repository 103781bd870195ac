"""`awsml batch deploy` and `destroy`: the stack that jobs of a scenario run in."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import sleep, time
from typing import TYPE_CHECKING, Any

import click

from awsml.api import Planned
from awsml.cli.batch_submit import batch_flags
from awsml.cli.options import (
    dry_run_option,
    fail_on_option,
    scenario_argument,
    set_option,
    yes_option,
)
from awsml.cli.output import Output, as_json_text, ask, outputs_option, say, style_of, write
from awsml.cli.planning import planned, refused
from awsml.cli.project import Project
from awsml.cli.showing import refuse, say_findings
from awsml.errors import UsageError
from awsml.kinds.batch.compile import STACK_FILE
from awsml.kinds.batch.names import stack_name
from awsml.render.stack import (
    changes_text,
    cost_text,
    dollars_in,
    removal_text,
    stack_json,
    with_dollars,
)

if TYPE_CHECKING:
    from awsml.aws.session import Session
    from awsml.backends.aws.stack import Stack
    from awsml.backends.aws.stack_changes import Changes
    from awsml.backends.aws.uploads import Upload

_PARAMETER_OF = {"code": "CodeUri", "data:data": "DataUri"}


@click.command(
    "deploy",
    epilog="Example: awsml batch deploy --dry-run",
    short_help="Make or change the stack: machines, queue, roles, logs.",
)
@scenario_argument
@set_option
@dry_run_option
@yes_option
@fail_on_option
@outputs_option("text", "json")
@click.pass_obj
def deploy_command(
    project: Project,
    scenario: Path | None,
    sets: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    fail_on: str,
    outputs: Sequence[Output],
) -> int:
    """Make or change the stack: environments, queue, roles, logs, schedule, notices.

    The change set is shown in words and dollars before anything is made; the same scenario again
    changes nothing. --dry-run prints the template, and asks nothing of AWS.
    """
    work = planned(
        project, scenario, batch_flags(project, sets=sets), kinds=("batch",), target="aws"
    )
    if refused(work.report.findings, fail_on) or not work.plan.files:
        return refuse(work, outputs)
    say_findings(work)
    if dry_run:
        say(cost_text(work.report.cost, style_of(sys.stderr).width))
        _write(outputs, work, None, None, _template(work))
        return 0
    return _deploy(project, work, outputs, yes)


@click.command("destroy", epilog="Example: awsml batch destroy")
@scenario_argument
@yes_option
@click.pass_obj
def destroy_command(project: Project, scenario: Path | None, yes: bool) -> int:
    """Delete the stack of a scenario; what jobs wrote to S3 stays."""
    work = planned(project, scenario, batch_flags(project), kinds=("batch",))
    if work.spec is None:
        return refuse(work, ())
    stack = _stack(_session(project, work), work)
    _wait_for_others(stack)
    if not stack.status():
        say(f"there is no stack {stack.name} in {stack.aws.region}; nothing to delete")
        return 0
    say(removal_text(stack.name, stack.resources()))
    _agree("Delete all of it?", yes)
    _tell(stack.delete(_token(stack.name, str(time()))))
    say(f"{stack.name} is gone")
    return 0


def _deploy(project: Project, work: Planned, outputs: Sequence[Output], yes: bool) -> int:
    session = _session(project, work)
    uploads = _uploads(work)  # refuses what is not there before the stack is touched
    stack = _stack(session, work)
    _tell(stack.settled())
    template, before = _template(work), dollars_in(stack.template())
    values = _parameters(session, work, uploads)
    token = _token(template, repr(sorted(values.items())), str(time()))
    changes = stack.prepare(template, values, token)
    if changes.set is None:
        say(f"{stack.name} is as the scenario says; nothing to change")
    else:
        width = style_of(sys.stderr).width
        say(changes_text(stack.name, changes, width))
        say(cost_text(work.report.cost, width, before))
        if not (yes or ask("Make these changes?")):
            stack.discard(changes)
            _agree("", yes)
        _upload(session, uploads)
        _tell(stack.execute(changes, token))
        say(f"{stack.name} is ready; submit a job: awsml batch submit --on aws")
    _write(outputs, work, changes, stack.status(), None)
    return 0


def _template(work: Planned) -> str:
    return with_dollars(work.plan.files[STACK_FILE], work.report.cost)


def _write(
    outputs: Sequence[Output],
    work: Planned,
    changes: Changes | None,
    status: str | None,
    template: str | None,
) -> None:
    """JSON says what was done; text is the template of a dry run, and otherwise nothing."""

    def as_json(_: Any) -> str:
        name, region = stack_name(work.spec), work.plan.region
        told = stack_json(name, region, status, changes, template)
        return as_json_text({"version": 1, "stack": told, "cost": work.report.cost.as_json()})

    wanted = [one for one in outputs if one.format == "json" or template is not None]
    write(wanted, {"text": lambda _: template or "", "json": as_json})


def _wait_for_others(stack: Stack) -> None:
    """However an earlier command ends, what it leaves is to be deleted."""
    from awsml.backends.aws.stack_operation import StackFailed  # where AWS is spoken to

    try:
        _tell(stack.settled())
    except StackFailed as failed:
        say(failed.message)


def _parameters(session: Session, work: Planned, uploads: Sequence[Upload]) -> dict[str, str]:
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
    return found | {_PARAMETER_OF[u.ref.name]: u.uri(_bucket(session)) for u in uploads}


def _uploads(work: Planned) -> list[Upload]:
    from awsml.backends.aws.uploads import uploads_of

    return uploads_of(work.plan.calls)


def _upload(session: Session, uploads: Sequence[Upload]) -> None:
    from awsml.backends.aws.uploads import ensure_bucket, send

    for _ in ensure_bucket(session, _bucket(session)) if uploads else ():
        pass
    for upload in uploads:
        say(f"uploading {upload}")
        for _ in send(session, upload, _bucket(session)):
            pass


def _bucket(session: Session) -> str:
    return f"sagemaker-{session.region}-{session.identity().account}"


def _session(project: Project, work: Planned) -> Session:
    from awsml.cli.session import session_of

    session = session_of(project, work.plan.region)
    say(f"on AWS account {session.identity().account}, {session.region}: {work.plan.name}")
    return session


def _stack(session: Session, work: Planned) -> Stack:
    from awsml.backends.aws.stack import Stack  # boto3 only where AWS is spoken to

    return Stack(session, stack_name(work.spec), sleep)


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
