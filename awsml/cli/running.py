"""One way to run a scenario: its options, what stops it, and where it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from awsml.api import Planned
from awsml.backends.local.backend import LocalBackend
from awsml.backends.local.terms import HERE, LocalTerms
from awsml.cli.local_run import draft_of, run_here
from awsml.cli.options import (
    Decorated,
    detach_option,
    dry_run_option,
    fail_on_option,
    interrupt_option,
    on_option,
    refused,
    resume_option,
    scenario_argument,
    yes_option,
)
from awsml.cli.output import Output, outputs_option, say
from awsml.cli.planning import FlagReader, planned, terms
from awsml.cli.project import Project
from awsml.cli.resuming import resumed
from awsml.cli.showing import refuse, say_findings, show_plan
from awsml.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a command that runs a scenario was asked, beside the flags of its kind."""

    scenario: Path | None
    on: str | None
    interrupt: str | None
    detach: bool
    resume: str | None
    dry_run: bool
    yes: bool
    fail_on: str
    outputs: Sequence[Output]


_OPTIONS = (
    scenario_argument,
    on_option,
    interrupt_option,
    detach_option,
    resume_option,
    dry_run_option,
    yes_option,
    fail_on_option,
    outputs_option("text", "json"),
)


def running_options(command: Decorated) -> Decorated:
    """The options of every command that runs a scenario: `command(project, asked, **own)`."""

    @wraps(command)
    def asking(project: Project, /, **values: Any) -> int:
        asked = Asked(**{name: values.pop(name) for name in Asked.__slots__})
        code: int = command(project, asked, **values)
        return code

    wrapped: Decorated = click.pass_obj(asking)
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def run_scenario(
    project: Project,
    asked: Asked,
    kind: str,
    flags: FlagReader,
    local_terms: Callable[[Planned], LocalTerms],
    settled: Callable[[Planned], Planned] = lambda work: work,
) -> int:
    """Plan it, show it or refuse it, then run it where it was asked for.

    `settled` fills in what is only looked up for a plan that will run.
    """
    if asked.resume is not None:
        return resumed(project, asked.resume, asked.interrupt, asked.outputs, detach=asked.detach)
    work = planned(project, asked.scenario, flags, kinds=(kind,), target=asked.on)
    if asked.dry_run:
        return show_plan(work, asked.outputs, asked.fail_on)
    if refused(work.report.findings, asked.fail_on) or not work.plan.calls:
        return refuse(work, asked.outputs)
    if terms(project, work.document, asked.on).target == "aws":
        if asked.interrupt:
            raise UsageError(
                "a reclaim can be rehearsed on this machine only", hint="add --on local"
            )
        from awsml.cli.aws_run import run_on_aws  # boto3 only where AWS is spoken to

        work = settled(work)
        return run_on_aws(project, work, asked.outputs, detach=asked.detach, yes=asked.yes)
    say(f"{HERE}: {work.plan.name}")
    work = settled(work)
    say_findings(work)
    backend = LocalBackend(project.state, project.cwd, local_terms(work))
    run = backend.create(work.plan, draft_of(work, "local", detached=asked.detach))
    return run_here(project, backend, run, asked.outputs, detach=asked.detach)
