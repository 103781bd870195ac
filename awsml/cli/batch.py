"""`awsml batch`: submit jobs, deploy what they run in, show when they run."""

from __future__ import annotations

import click

from awsml.cli.batch_deploy import deploy_command, destroy_command
from awsml.cli.batch_schedule import schedule_command
from awsml.cli.batch_submit import submit_command


@click.group("batch", epilog="Example: awsml batch submit --interrupt 50%")
def command() -> None:
    """Run jobs on AWS Batch, or the same jobs on this machine.

    `awsml status`, `logs`, `stop` and `why` look after them like after every run.
    """


for each in (submit_command, deploy_command, schedule_command, destroy_command):
    command.add_command(each)
