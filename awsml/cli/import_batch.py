"""`awsml import batch-job`: a scenario from a job on AWS Batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from awsml import api
from awsml.api import Terms
from awsml.cli.output import Output, as_json_text, outputs_option, say, write
from awsml.cli.project import Project
from awsml.errors import UsageError
from awsml.kinds import KINDS
from awsml.kinds.batch.reverse import scenario_of
from awsml.kinds.difference import raw_difference
from awsml.plan import Plan, as_json
from awsml.readers.described import request_of
from awsml.scenario import load
from awsml.scenario.text import scenario_text

if TYPE_CHECKING:
    from awsml.aws.session import Session

_OPERATIONS = ("RegisterJobDefinition", "SubmitJob")
# Differs from run to run, or is known only when it is sent.
_OWN = frozenset({"jobName", "jobDefinition", "jobDefinitionName"})


@click.command(
    "batch-job", epilog="Example: awsml import batch-job 876da822-4198-45f2-a252-6cea32512ea8"
)
@click.argument("job")
@outputs_option("yaml", "json")
@click.pass_obj
def batch_job(project: Project, job: str, outputs: Sequence[Output]) -> None:
    """Write a scenario that compiles to the definition and the request of the job with the id JOB.

    What has no field of its own stands in its `aws:` block.
    """
    from awsml.cli.session import session_of

    session = session_of(project)
    requests = _requests(session, job)
    scenario = imported_batch(requests, session.region)
    writers = {
        "yaml": lambda _: scenario_text(scenario),
        "json": lambda _: as_json_text({"version": 1, "scenario": scenario}),
    }
    write(outputs, writers)
    say(f"the scenario compiles to the requests of {job}; a run gets a name of its own")


def imported_batch(requests: Mapping[str, Mapping[str, Any]], region: str) -> dict[str, Any]:
    """A scenario whose plan sends both requests, checked by compiling it."""
    scenario = scenario_of(requests["RegisterJobDefinition"], requests["SubmitJob"], region)
    raw = _differences(scenario, requests)
    if raw:
        scenario["aws"] = raw
    left = _differences(scenario, requests)
    if left:
        names = sorted(name for difference in left.values() for name in difference)
        raise UsageError(
            f"the scenario would not send these parameters as they are: {', '.join(names)}",
            hint="keep it as a raw request: awsml validate --requests FILE",
            slug="not-importable",
        )
    return scenario


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


def _differences(
    scenario: Mapping[str, Any], requests: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    plan = _compiled(scenario)
    found = {}
    for operation in _OPERATIONS:
        call = plan.call(operation)
        sent = _unnamed(as_json(call.params)) if call else {}
        difference = raw_difference(sent, _unnamed(requests[operation]))
        if difference:
            found[operation] = difference
    return found


def _compiled(scenario: Mapping[str, Any]) -> Plan:
    """What a scenario sends, read back from its text."""
    loaded = load("imported.yaml", environ={}, text=scenario_text(scenario), kinds=KINDS)
    report = api.plan(loaded.documents[0], Terms(), loaded.findings).report
    if not report.plan.calls:
        said = "; ".join(finding.message for finding in report.findings)
        raise UsageError(
            f"no scenario can say this request: {said}",
            hint="keep it as a raw request: awsml validate --requests FILE",
            slug="not-importable",
        )
    return report.plan


def _unnamed(params: Mapping[str, Any]) -> dict[str, Any]:
    """The queue by name, whether it was given as an ARN or not."""
    kept = {key: value for key, value in params.items() if key not in _OWN}
    if isinstance(queue := kept.get("jobQueue"), str):
        kept["jobQueue"] = queue.rpartition("/")[2]
    return kept
