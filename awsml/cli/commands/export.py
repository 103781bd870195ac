"""`awsml export`: a plan, or the request of a run, as code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from awsml.cli.options import scenario_argument, training_overrides
from awsml.cli.output import Output, Style, outputs_option, write
from awsml.cli.planning import flag_reader, planned
from awsml.cli.project import Project
from awsml.cli.subject import existing_runs
from awsml.errors import UsageError
from awsml.plan import Call, Plan
from awsml.render.export import EXPORTS
from awsml.render.export.cloudformation import cfn_text


@click.command("export", epilog="Example: awsml export -o boto3=submit.py")
@scenario_argument
@training_overrides
@click.option("--run", metavar="RUN", help="The request that a run on AWS was sent with.")
@outputs_option("cli", "boto3", "sdk", "cfn")
@click.pass_obj
def command(
    project: Project,
    /,
    scenario: Path | None,
    run: str | None,
    outputs: Sequence[Output],
    **flags: Any,
) -> None:
    """Write a plan as a shell script, as Python over boto3, over the SageMaker SDK, or as a stack.

    The code sends the same requests; what only a run knows (account, role, code upload) is filled
    in at its top. `sdk` uses sagemaker.core's TrainingJob.create; `cfn` is the CloudFormation
    template of an endpoint or of batch jobs.
    """
    plan = _sent(project, run) if run else _planned(project, scenario, flags)
    writers = {name: partial(_text, plan, name) for name in EXPORTS}
    write(outputs, {**writers, "cfn": lambda _: cfn_text(plan)})


def _text(plan: Plan, name: str, _: Style) -> str:
    return EXPORTS[name](plan)


def _planned(project: Project, scenario: Path | None, flags: dict[str, Any]) -> Plan:
    work = planned(project, scenario, flag_reader(project, **flags), target="aws")
    if not work.plan.calls:
        said = "; ".join(finding.message for finding in work.report.findings[:3])
        raise UsageError(
            f"there is no request to export: {said or 'this kind sends none'}",
            hint="run `awsml validate`",
            slug="nothing-to-export",
        )
    return work.plan


def _sent(project: Project, name: str) -> Plan:
    """The very requests, from the run's journal."""
    with existing_runs(project) as store:
        run = store.get(name)
        sent = [step.detail for step in store.steps(run.id) if step.name.startswith("send ")]
        names = [step.name for step in store.steps(run.id) if step.name.startswith("send ")]
    services = {call["operation"]: call["service"] for call in run.requests}
    calls = {
        operation: Call(services.get(operation, "sagemaker"), operation, detail["params"])
        for operation, detail in zip((n.removeprefix("send ") for n in names), sent, strict=True)
    }
    if not calls:
        raise UsageError(
            f"run {run.id} sent nothing to AWS",
            hint="export its scenario instead",
            slug="nothing-to-export",
        )
    return Plan(run.kind, run.name, tuple(calls.values()), region=run.region)
