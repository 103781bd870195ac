"""`awsml train`: run a training job, on this machine or on AWS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from awsml.backends.local.backend import LocalBackend
from awsml.backends.local.training import HERE
from awsml.cli.local_run import draft_of, run_here, terms_of
from awsml.cli.options import (
    detach_option,
    dry_run_option,
    fail_on_option,
    interrupt_option,
    on_option,
    resume_option,
    scenario_argument,
    training_overrides,
    yes_option,
)
from awsml.cli.output import Output, outputs_option, say
from awsml.cli.planning import flag_reader, planned, refused, terms
from awsml.cli.project import Project
from awsml.cli.resuming import resumed
from awsml.cli.showing import refuse, say_findings, show_plan
from awsml.errors import UsageError


@click.command("train", epilog="Example: awsml train --input-mode pipe")
@scenario_argument
@on_option
@training_overrides
@interrupt_option
@click.option(
    "--data",
    type=click.Choice(["local", "aws"]),
    default="local",
    show_default=True,
    help="Where a local run reads s3:// channels: the project's object store, or AWS.",
)
@click.option("--endpoint-url", metavar="URL", help="Another S3 endpoint to read them from.")
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
    data: str,
    endpoint_url: str | None,
    detach: bool,
    resume: str | None,
    dry_run: bool,
    yes: bool,
    fail_on: str,
    outputs: Sequence[Output],
    **flags: Any,
) -> int:
    """Run a training job, on this machine unless --on aws.

    The request that AWS would get is carried out here: no account, no Docker, no network.
    """
    if resume is not None:
        return resumed(project, resume, interrupt, outputs, detach=detach)
    work = planned(project, scenario, flag_reader(project, **flags), kinds=("training",), target=on)
    if dry_run:
        return show_plan(work, outputs, fail_on)
    target = terms(project, work.document, on).target
    if refused(work.report.findings, fail_on) or not work.plan.calls:
        return refuse(work, outputs)
    if target == "aws":
        if interrupt:
            raise UsageError(
                "a reclaim can be rehearsed on this machine only", hint="add --on local"
            )
        from awsml.cli.aws_run import run_on_aws  # boto3 only where AWS is spoken to

        return run_on_aws(project, work, outputs, detach=detach, yes=yes)
    say(f"{HERE}: {work.plan.name}")
    say_findings(work)
    local_terms = terms_of(project, work, interrupt)
    if data == "aws" or endpoint_url:
        from awsml.cli.remote_data import remote_data  # boto3 only where a bucket is read

        elsewhere = remote_data(project, work, data, endpoint_url, yes)
        local_terms = replace(local_terms, elsewhere=elsewhere)
    local = LocalBackend(project.state, project.cwd, local_terms)
    run = local.create(work.plan, draft_of(work, "local", detached=detach))
    return run_here(project, local, run, outputs, detach=detach)
