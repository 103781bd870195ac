"""`awsml import batch-job`: a scenario from a job on AWS Batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from awsml.cli.commands.import_.importing import Importable, imported, write_scenario
from awsml.cli.output import Output, outputs_option
from awsml.cli.project import Project
from awsml.errors import UsageError
from awsml.kinds.batch.reverse import scenario_of
from awsml.readers.described import request_of

if TYPE_CHECKING:
    from awsml.aws.session import Session

# Differs from run to run, or is known only when it is sent.
_OWN = frozenset({"jobName", "jobDefinition", "jobDefinitionName"})


def _comparable(params: Mapping[str, Any]) -> dict[str, Any]:
    """The queue by name, whether it was given as an ARN or not."""
    kept = {key: value for key, value in params.items() if key not in _OWN}
    if isinstance(queue := kept.get("jobQueue"), str):
        kept["jobQueue"] = queue.rpartition("/")[2]
    return kept


BATCH_JOB = Importable(
    ("RegisterJobDefinition", "SubmitJob"),
    lambda requests, region: scenario_of(
        requests["RegisterJobDefinition"], requests["SubmitJob"], region
    ),
    _comparable,
)


@click.command(
    "batch-job", epilog="Example: awsml import batch-job 876da822-4198-45f2-a252-6cea32512ea8"
)
@click.argument("job")
@outputs_option("yaml", "json")
@click.pass_obj
def command(project: Project, job: str, outputs: Sequence[Output]) -> None:
    """Write a scenario that compiles to the definition and the request of the job with the id JOB.

    What has no field of its own stands in its `aws:` block.
    """
    from awsml.cli.session import session_of

    session = session_of(project)
    write_scenario(imported(BATCH_JOB, _requests(session, job), session.region), job, outputs)


def _requests(session: Session, job: str) -> dict[str, dict[str, Any]]:
    """The job and the revision of the definition that it was submitted with."""
    jobs = session.call("batch", "DescribeJobs", {"jobs": [job]})["jobs"]
    if not jobs:
        raise UsageError(
            f"AWS Batch has no job `{job}` in {session.region}",
            hint="name it by its id; jobs are kept for at least 7 days after their end",
            slug="no-such-job",
        )
    arn = jobs[0]["jobDefinition"]
    key = "jobDefinitions" if ":" in arn else "jobDefinitionName"
    query = {key: [arn] if key == "jobDefinitions" else arn}
    found = session.call("batch", "DescribeJobDefinitions", query)["jobDefinitions"]
    if not found:
        raise UsageError(
            f"the definition of job `{job}` is gone", hint="register it anew", slug="no-such-job"
        )
    definition = request_of("batch:RegisterJobDefinition", found[0])
    submitted = request_of("batch:SubmitJob", jobs[0])
    kept = ("jobName", "jobQueue", "jobDefinition", "arrayProperties", "dependsOn")
    job_request = {name: submitted[name] for name in kept if name in submitted}
    if size := jobs[0].get("arrayProperties", {}).get("size"):
        job_request["arrayProperties"] = {"size": size}
    return {"RegisterJobDefinition": definition, "SubmitJob": job_request}
