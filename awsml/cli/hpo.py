"""`awsml hpo`: run a tuning job, on this machine or on AWS."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from awsml.api import Planned
from awsml.backends.local.backend import LocalBackend
from awsml.backends.local.interrupts import parse_interrupt
from awsml.backends.local.terms import LocalTerms
from awsml.backends.local.tuning.tuner import HERE
from awsml.cli.local_run import draft_of, python_of, run_here
from awsml.cli.options import (
    detach_option,
    dry_run_option,
    fail_on_option,
    interrupt_option,
    max_cost_option,
    on_option,
    resume_option,
    scenario_argument,
    search_overrides,
    training_overrides,
    yes_option,
)
from awsml.cli.output import Output, outputs_option, say
from awsml.cli.planning import flag_reader, planned, refused, terms
from awsml.cli.project import Project
from awsml.cli.resuming import resumed
from awsml.cli.showing import refuse, say_findings, show_plan
from awsml.errors import UsageError


@click.command("hpo", epilog="Example: awsml hpo --max-parallel 2 --strategy random")
@scenario_argument
@on_option
@search_overrides
@max_cost_option
@training_overrides
@interrupt_option
@detach_option
@resume_option
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
    interrupt: str | None,
    detach: bool,
    resume: str | None,
    dry_run: bool,
    yes: bool,
    fail_on: str,
    outputs: Sequence[Output],
    **flags: Any,
) -> int:
    """Run a tuning job, on this machine unless --on aws.

    Trials are training runs of the request's own definition, never more at once than asked for.
    With --resume no finished trial is lost or repeated. --max-cost is a hard limit.
    """
    if resume is not None:
        return resumed(project, resume, interrupt, outputs, detach=detach)
    work = planned(project, scenario, flag_reader(project, **flags), kinds=("tuning",), target=on)
    if dry_run:
        return show_plan(work, outputs, fail_on)
    if refused(work.report.findings, fail_on) or not work.plan.calls:
        return refuse(work, outputs)
    if terms(project, work.document, on).target == "aws":
        if interrupt:
            raise UsageError(
                "a reclaim can be rehearsed on this machine only", hint="add --on local"
            )
        from awsml.cli.aws_run import run_on_aws  # boto3 only where AWS is spoken to

        return run_on_aws(project, work, outputs, detach=detach, yes=yes)
    say(f"{HERE}: {work.plan.name}")
    say_findings(work)
    local = LocalBackend(project.state, project.cwd, _terms(project, work, interrupt))
    run = local.create(work.plan, draft_of(work, "local", detached=detach))
    return run_here(project, local, run, outputs, detach=detach)


def _terms(project: Project, work: Planned, interrupt: str | None) -> LocalTerms:
    """How trials run here; `--interrupt` reclaims each of them."""
    named = next((d.training.local.python for _, _, d in work.spec.searched()), None)
    return LocalTerms(
        python=python_of(named, work.plan.file),
        interrupt=parse_interrupt(interrupt) if interrupt else None,
        environ=project.environ,
    )
