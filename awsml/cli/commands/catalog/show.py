"""`awsml catalog show`: all facts about an instance type or a built-in algorithm."""

from __future__ import annotations

from collections.abc import Sequence

import click

from awsml import catalog
from awsml.cli.facts import known_region, warn_of_age, written
from awsml.cli.options import region_option
from awsml.cli.output import Output, outputs_option
from awsml.cli.project import Project
from awsml.errors import UsageError
from awsml.nearness import nearest
from awsml.render import catalog as shown
from awsml.render.algorithm import algorithm_json, algorithm_text


@click.command("show", epilog="Example: awsml catalog show ml.p3dn.24xlarge")
@click.argument("name")
@region_option
@outputs_option("text", "json")
@click.pass_obj
def command(project: Project, name: str, region: str | None, outputs: Sequence[Output]) -> None:
    """Show all facts about an instance type or a built-in algorithm."""
    where = known_region(region or project.region)
    one, algorithm = catalog.instance(name), catalog.algorithm(name)
    if one is not None:
        machine = one
        written(
            outputs,
            lambda width: shown.instance_text(machine, where, width),
            lambda: shown.instance_json(machine, where),
        )
    elif algorithm is not None:
        method = algorithm
        written(
            outputs,
            lambda width: algorithm_text(method, width),
            lambda: algorithm_json(method),
        )
    else:
        raise _unknown(name)
    warn_of_age(where)


def _unknown(name: str) -> UsageError:
    methods = [one.name for one in catalog.algorithms()]
    close = catalog.nearest_types(name) or nearest(name, methods)
    hint = f"did you mean `{'`, `'.join(close)}`?" if close else "run `awsml catalog find`"
    return UsageError(
        f"`{name}` is no instance type or algorithm that is known here",
        hint=hint,
        slug="unknown-instance",
    )
