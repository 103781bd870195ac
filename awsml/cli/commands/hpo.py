"""`awsml hpo`: run a tuning job, on this machine or on AWS."""

from __future__ import annotations

from typing import Any

import click

from awsml.api import Planned
from awsml.backends.local.interrupts import parse_interrupt
from awsml.backends.local.terms import LocalTerms
from awsml.cli.local_run import python_of
from awsml.cli.options import max_cost_option, search_overrides, training_overrides
from awsml.cli.planning import flag_reader
from awsml.cli.project import Project
from awsml.cli.running import Asked, run_scenario, running_options


@click.command("hpo", epilog="Example: awsml hpo --max-parallel 2 --strategy random")
@search_overrides
@max_cost_option
@training_overrides
@running_options
def command(project: Project, asked: Asked, /, **flags: Any) -> int:
    """Run a tuning job, on this machine unless --on aws.

    Trials are training runs of the request's own definition, never more at once than asked for.
    With --resume no finished trial is lost or repeated. --max-cost is a hard limit.
    """

    def local_terms(work: Planned) -> LocalTerms:
        return _terms(project, work, asked.interrupt)

    return run_scenario(project, asked, "tuning", flag_reader(project, **flags), local_terms)


def _terms(project: Project, work: Planned, interrupt: str | None) -> LocalTerms:
    """How trials run here; `--interrupt` reclaims each of them."""
    named = next((d.training.local.python for _, _, d in work.spec.searched()), None)
    return LocalTerms(
        python=python_of(named, work.plan.file),
        interrupt=parse_interrupt(interrupt) if interrupt else None,
        environ=project.environ,
    )
