"""`awsml import tuning-job`: a scenario from a job of SageMaker."""

from __future__ import annotations

from collections.abc import Sequence

import click

from awsml.cli.commands.import_.importing import import_sagemaker_job
from awsml.cli.output import Output, outputs_option
from awsml.cli.project import Project
from awsml.kinds.tuning.reverse import scenario_of


@click.command("tuning-job", epilog="Example: awsml import tuning-job resnet-2026-05-01")
@click.argument("name")
@outputs_option("yaml", "json")
@click.pass_obj
def command(project: Project, name: str, outputs: Sequence[Output]) -> None:
    """Write a scenario that compiles to the request that the tuning job NAME was made with.

    What has no field of its own stands in its `aws:` block.
    """
    import_sagemaker_job(project, "HyperParameterTuningJob", scenario_of, name, outputs)
