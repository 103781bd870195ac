"""`awsml doctor`: what would stop a run on AWS, before it costs a start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from awsml.backends.aws.verdict import State
from awsml.cli.options import scenario_argument, training_overrides
from awsml.cli.output import Output, as_json_text, outputs_option, write
from awsml.cli.planning import flag_reader, planned
from awsml.cli.project import Project
from awsml.cli.scenarios import candidates
from awsml.cli.showing import refuse
from awsml.decide.batch.machines import fitting_types
from awsml.plan import Plan
from awsml.render.doctor import checks_text
from awsml.workload.batch import BatchWorkload

if TYPE_CHECKING:
    from awsml.backends.aws.needs import Needs


@click.command("doctor", epilog="Example: awsml doctor train.yaml --spot")
@scenario_argument
@training_overrides
@outputs_option("text", "json")
@click.pass_obj
def command(
    project: Project, /, scenario: Path | None, outputs: Sequence[Output], **flags: object
) -> int:
    """Check credentials, role, buckets, data, image, quota and region of a scenario on AWS.

    Nothing is created. Without a scenario, only the credentials and the region are checked.
    """
    from awsml.backends.aws.doctor import examine
    from awsml.backends.aws.needs import needs_of
    from awsml.cli.session import session_of

    plan, needs = Plan("none", "", ()), None
    if scenario is not None or any(candidates(project.root)):
        work = planned(project, scenario, flag_reader(project, **flags), target="aws")
        if work.spec is None:
            return refuse(work, outputs)
        plan = work.plan
        if isinstance(work.workload, BatchWorkload):
            needs = _on_machines(needs_of(plan), work.workload, plan.region)
    checks = list(examine(session_of(project, plan.region), needs or needs_of(plan)))
    writers = {
        "text": lambda style: checks_text(checks, style.width, style.paint),
        "json": lambda _: as_json_text({"version": 1, "checks": [c.as_json() for c in checks]}),
    }
    write(outputs, writers)
    return 1 if any(check.state is State.FAILED for check in checks) else 0


def _on_machines(needs: Needs, workload: BatchWorkload, region: str | None) -> Needs:
    """With the machines that the environments of the scenario would start."""
    from awsml.backends.aws.needs import capacity_of

    if workload.platform != "ec2":
        return needs
    fitting = fitting_types(workload, region)
    uses = ("ec2-spot", "ec2") if workload.fallback else ("ec2-spot",)
    capacity = capacity_of(
        fitting.fitting, uses if workload.spot else ("ec2",), workload.max_vcpus, region
    )
    cheapest = () if fitting.cheapest is None else (fitting.cheapest.name,)
    return replace(needs, capacity=capacity, types=cheapest)
