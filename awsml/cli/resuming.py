"""`--resume RUN`: going on with a run that was interrupted, stopped or failed."""

from __future__ import annotations

from collections.abc import Sequence

from awsml.backends.local.backend import LocalBackend
from awsml.backends.local.interrupts import parse_interrupt
from awsml.backends.local.terms import HERE, LocalTerms
from awsml.cli.local_run import python_of, run_here
from awsml.cli.output import Output, say
from awsml.cli.project import Project
from awsml.cli.subject import existing_runs


def resumed(
    project: Project,
    name: str,
    interrupt: str | None,
    outputs: Sequence[Output],
    *,
    detach: bool,
) -> int:
    """The very request of the run again, from its newest checkpoint."""
    with existing_runs(project) as store:
        run = store.get(name)
        if run.backend == "aws":
            from awsml.cli.aws_run import resume_on_aws  # boto3 only where AWS is spoken to

            return resume_on_aws(project, run, outputs, detach=detach)
    named = run.effective.get("local.python") or run.effective.get("training.local.python", {})
    python = python_of(named.get("value"), run.scenario)
    terms = LocalTerms(
        python=python,
        interrupt=parse_interrupt(interrupt) if interrupt else None,
        environ=project.environ,
    )
    backend = LocalBackend(project.state, project.cwd, terms)
    taken = backend.take_up(run.id, detached=detach)
    say(f"{HERE}: {taken.name}, from its checkpoint")
    return run_here(project, backend, taken, outputs, detach=detach)
