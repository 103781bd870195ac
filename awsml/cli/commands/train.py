"""`awsml train`: run a training job, on this machine or on AWS."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from awsml.api import Planned
from awsml.backends.local.terms import LocalTerms
from awsml.cli.local_run import terms_of
from awsml.cli.options import max_cost_option, training_overrides
from awsml.cli.planning import flag_reader
from awsml.cli.project import Project
from awsml.cli.running import Asked, run_scenario, running_options


@click.command("train", epilog="Example: awsml train --input-mode pipe")
@max_cost_option
@training_overrides
@click.option(
    "--data",
    type=click.Choice(["local", "aws"]),
    default="local",
    show_default=True,
    help="Where a local run reads s3:// channels: the project's object store, or AWS.",
)
@click.option("--endpoint-url", metavar="URL", help="Another S3 endpoint to read them from.")
@running_options
def command(
    project: Project, asked: Asked, /, *, data: str, endpoint_url: str | None, **flags: Any
) -> int:
    """Run a training job, on this machine unless --on aws.

    The request that AWS would get is carried out here: no account, no Docker, no network.
    --max-cost is a hard limit.
    """

    def local_terms(work: Planned) -> LocalTerms:
        own = terms_of(project, work, asked.interrupt)
        if data == "local" and not endpoint_url:
            return own
        from awsml.cli.remote_data import remote_data  # boto3 only where a bucket is read

        return replace(own, elsewhere=remote_data(project, work, data, endpoint_url, asked.yes))

    return run_scenario(project, asked, "training", flag_reader(project, **flags), local_terms)
