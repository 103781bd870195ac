"""What the endpoint commands share: flags as overrides, and the endpoint that a name means."""

from __future__ import annotations

from typing import Any

from awsml.cli.overrides import common_flags, money
from awsml.cli.planning import FlagReader
from awsml.cli.project import Project
from awsml.cli.subject import existing_runs
from awsml.errors import UsageError
from awsml.scenario.overrides import Override
from awsml.store.run import Run


def endpoint_flags(
    project: Project,
    *,
    sets: Any = (),
    instance: str | None = None,
    workers: int | None = None,
    max_cost: str | None = None,
) -> FlagReader:
    """--instance, --workers, --region and --set; --set is the last word."""
    overrides: list[Override] = []
    if instance is not None:
        overrides.append(Override("compute.instance", instance, "--instance", instance))
    if workers is not None:
        overrides.append(Override("serving.workers", str(workers), "--workers", str(workers)))
    if max_cost is not None:
        overrides.append(money(max_cost, "limits.cost"))
    overrides += common_flags(sets, project.region)
    return lambda _: overrides


def endpoint_up(project: Project, name: str | None) -> Run:
    """The endpoint of that name (or the only one) that is served on this machine."""
    with existing_runs(project) as store:
        runs = store.find(kind="endpoint", backend="local")
        up = [run for run in runs if not run.over and run.watched]
    named = [run for run in up if name is None or name in (run.name, run.id)]
    if len(named) == 1:
        return named[0]
    if not named:
        told = f"no endpoint `{name}` is up here" if name else "no endpoint is up here"
        raise UsageError(told, hint="start one: awsml endpoint deploy", slug="no-such-endpoint")
    names = ", ".join(run.name for run in named)
    raise UsageError(
        f"several endpoints are up here: {names}", hint="name one of them", slug="no-such-endpoint"
    )
