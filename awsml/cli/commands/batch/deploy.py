"""`awsml batch deploy`: the stack that jobs of a scenario run in, made or changed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from awsml.api import Planned
from awsml.cli.commands.batch.stack import session_for, stack_of, tell, token_of
from awsml.cli.commands.batch.submit import batch_flags
from awsml.cli.options import (
    dry_run_option,
    fail_on_option,
    refused,
    scenario_argument,
    set_option,
    yes_option,
)
from awsml.cli.output import Output, agree, as_json_text, outputs_option, say, style_of, write
from awsml.cli.planning import planned
from awsml.cli.project import Project
from awsml.cli.showing import refuse, say_findings
from awsml.errors import UsageError
from awsml.kinds.batch.compile import STACK_FILE
from awsml.kinds.batch.names import stack_name
from awsml.render.stack import (
    changes_text,
    cost_text,
    dollars_in,
    stack_json,
    with_dollars,
)

if TYPE_CHECKING:
    from awsml.aws.session import Session
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
def command(
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


def _deploy(project: Project, work: Planned, outputs: Sequence[Output], yes: bool) -> int:
    session = session_for(project, work)
    uploads = _uploads(work)  # refuses what is not there before the stack is touched
    stack = stack_of(session, work)
    tell(stack.settled())
    template, before = _template(work), dollars_in(stack.template())
    values = _parameters(session, work, uploads)
    token = token_of(template, repr(sorted(values.items())))
    changes = stack.prepare(template, values, token)
    if changes.set is None:
        say(f"{stack.name} is as the scenario says; nothing to change")
    else:
        width = style_of(sys.stderr).width
        say(changes_text(stack.name, changes, width))
        say(cost_text(work.report.cost, width, before))
        try:
            agree("Make these changes?", yes, "nothing was changed")
        except (click.Abort, UsageError):
            stack.discard(changes)
            raise
        _upload(session, uploads)
        tell(stack.execute(changes, token))
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
