"""`awsml batch submit`: the jobs of a scenario, on this machine or on AWS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import click

from awsml.api import Planned
from awsml.backends.local.interrupts import parse_interrupt
from awsml.backends.local.terms import LocalTerms
from awsml.cli.local_run import python_of
from awsml.cli.options import max_cost_option, set_option
from awsml.cli.output import say
from awsml.cli.overrides import common_flags, money
from awsml.cli.planning import FlagReader
from awsml.cli.project import Project
from awsml.cli.running import Asked, run_scenario, running_options
from awsml.finding import Place
from awsml.kinds.batch.source import COMMIT
from awsml.readers.git import commit_of
from awsml.scenario.overrides import Override
from awsml.store.run import Status
from awsml.store.runs import RunStore
from awsml.trees import mapped


@click.command("submit", epilog="Example: awsml batch submit --interrupt 50%")
@click.option(
    "--array", type=click.IntRange(min=2, max=10_000), help="Submit an array of this many children."
)
@click.option("--spot/--no-spot", default=None, help="Use Spot machines, or do not.")
@max_cost_option
@set_option
@running_options
def command(project: Project, asked: Asked, /, **flags: Any) -> int:
    """Submit the jobs of a scenario, on this machine unless --on aws.

    The requests that AWS would get are carried out here, with its states, attempts, retry rules,
    arrays and dependencies: no account and no Docker. --max-cost is a hard limit.
    """
    return run_scenario(
        project,
        asked,
        "batch",
        batch_flags(project, **flags),
        lambda work: terms_of(project, work, asked.interrupt),
        lambda work: with_commit(project, work),
    )


def batch_flags(
    project: Project,
    *,
    sets: Sequence[str] = (),
    array: int | None = None,
    spot: bool | None = None,
    max_cost: str | None = None,
) -> FlagReader:
    """The overrides that the flags of batch commands come to."""
    overrides = []
    if array is not None:
        overrides.append(Override("array", str(array), "--array", str(array)))
    if spot is not None:
        shown = "on" if spot else "off"
        name = "--spot" if spot else "--no-spot"
        overrides.append(Override("compute.spot", shown, name, shown))
    if max_cost is not None:
        overrides.append(money(max_cost, "limits.cost"))
    return lambda _: [*overrides, *common_flags(sets, project.region)]


def terms_of(project: Project, work: Planned, interrupt: str | None) -> LocalTerms:
    """A share of the running time is taken of the last run here, else of what is stated."""
    stated = work.workload.compute_seconds
    return LocalTerms(
        python=python_of(work.spec.local.python, work.plan.file),
        interrupt=parse_interrupt(interrupt) if interrupt else None,
        expected_seconds=_ran_before(project, work.plan.name) or stated,
        environ=project.environ,
    )


def with_commit(project: Project, work: Planned) -> Planned:
    """The ref of the source as the commit that it is now: every attempt gets the same code."""
    source = work.spec.source
    if source is None or source.git is None:
        return work
    address, _ = _variable(work, "AWSML_SOURCE_URL")
    _, written = _variable(work, "AWSML_SOURCE_REF")
    commit = commit_of(str(address), source.ref, project.environ, written)
    say(f"source {source.git} at {source.ref}: {commit}")
    plan = work.plan
    calls = tuple(
        replace(call, params=mapped(call.params, lambda leaf: commit if leaf == COMMIT else leaf))
        for call in plan.calls
    )
    return work._replace(report=replace(work.report, plan=replace(plan, calls=calls)))


def _variable(work: Planned, name: str) -> tuple[Any, Place | None]:
    """A variable of the job, and the place in the scenario that set it."""
    definition = work.plan.call("RegisterJobDefinition")
    assert definition is not None
    variables = definition.params["containerProperties"]["environment"]
    index = next(i for i, variable in enumerate(variables) if variable["name"] == name)
    origin = definition.origin(f"containerProperties.environment[{index}].value")
    return variables[index]["value"], origin.place if origin else None


def _ran_before(project: Project, name: str) -> float | None:
    """Seconds that one job of the last complete run of that name took here."""
    if not (project.state / "runs.db").exists():
        return None
    with RunStore(project.state) as store:
        runs = store.find(kind="batch", backend="local", name=name, status=Status.COMPLETED)
    if not runs:
        return None
    figures = runs[0].figures
    seconds: float = figures["running_seconds"] / max(1, figures["jobs"]["SUCCEEDED"])
    return seconds
