"""`awsml batch destroy`: the stack of a scenario, deleted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from awsml.cli.commands.batch.stack import session_for, stack_of, tell, token_of
from awsml.cli.commands.batch.submit import batch_flags
from awsml.cli.options import (
    scenario_argument,
    yes_option,
)
from awsml.cli.output import agree, say
from awsml.cli.planning import planned
from awsml.cli.project import Project
from awsml.cli.showing import refuse
from awsml.render.stack import (
    removal_text,
)

if TYPE_CHECKING:
    from awsml.backends.aws.stack import Stack


@click.command("destroy", epilog="Example: awsml batch destroy")
@scenario_argument
@yes_option
@click.pass_obj
def command(project: Project, scenario: Path | None, yes: bool) -> int:
    """Delete the stack of a scenario; what jobs wrote to S3 stays."""
    work = planned(project, scenario, batch_flags(project), kinds=("batch",))
    if work.spec is None:
        return refuse(work, ())
    stack = stack_of(session_for(project, work), work)
    _wait_for_others(stack)
    if not stack.status():
        say(f"there is no stack {stack.name} in {stack.aws.region}; nothing to delete")
        return 0
    say(removal_text(stack.name, stack.resources()))
    agree("Delete all of it?", yes, "nothing was deleted")
    tell(stack.delete(token_of(stack.name)))
    say(f"{stack.name} is gone")
    return 0


def _wait_for_others(stack: Stack) -> None:
    """However an earlier command ends, what it leaves is to be deleted."""
    from awsml.backends.aws.stack_operation import StackFailed  # where AWS is spoken to

    try:
        tell(stack.settled())
    except StackFailed as failed:
        say(failed.message)
