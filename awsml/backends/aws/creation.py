"""How each create call is named, tagged, and found again when its answer was lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from awsml.aws.answers import found
from awsml.aws.refusals import AwsRefused
from awsml.aws.session import Aws

RUN_TAG = "awsml:run"

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """Something on AWS: what a create call answers, and the run whose tag it carries."""

    answer: Mapping[str, Any]
    run: str | None


class Creation(Protocol):
    """One create operation. `guarded`: the service itself refuses a second one of that name."""

    @property
    def service(self) -> str: ...

    @property
    def operation(self) -> str: ...

    @property
    def guarded(self) -> bool: ...

    def name(self, params: Params) -> str: ...

    def tagged(self, params: Params, run_id: str) -> dict[str, Any]: ...

    def find(self, aws: Aws, params: Params) -> Found | None: ...

    def says_taken(self, refused: AwsRefused) -> bool: ...


@dataclass(frozen=True, slots=True)
class Named:
    """A SageMaker resource: unique by name, described by that name, tags listed by its ARN."""

    operation: str
    noun: str  # TrainingJob
    service: str = "sagemaker"
    guarded: bool = True

    def name(self, params: Params) -> str:
        return str(params[f"{self.noun}Name"])

    def tagged(self, params: Params, run_id: str) -> dict[str, Any]:
        kept = [tag for tag in params.get("Tags", ()) if tag["Key"] != RUN_TAG]
        return {**params, "Tags": [*kept, {"Key": RUN_TAG, "Value": run_id}]}

    def find(self, aws: Aws, params: Params) -> Found | None:
        """By exact name: List and Search read indexes that lag behind."""
        query = {f"{self.noun}Name": self.name(params)}
        described = found(aws, self.service, f"Describe{self.noun}", query)
        if described is None:
            return None
        arn = described[f"{self.noun}Arn"]
        tags = aws.pages(self.service, "ListTags", {"ResourceArn": arn}, "Tags")
        run = next((tag["Value"] for tag in tags if tag["Key"] == RUN_TAG), None)
        return Found({f"{self.noun}Arn": arn}, run)

    def says_taken(self, refused: AwsRefused) -> bool:
        """Jobs answer ResourceInUse; models and endpoints a ValidationException with this text.

        Texts: https://github.com/aws/amazon-sagemaker-examples/issues/3108
        """
        existing = "Cannot create already existing" in refused.detail
        return refused.code == "ResourceInUse" or existing


@dataclass(frozen=True, slots=True)
class Submitted:
    """A Batch job: any number may share a name, so only looking tells whether it was accepted."""

    operation: str = "SubmitJob"
    service: str = "batch"
    guarded: bool = False

    def name(self, params: Params) -> str:
        return str(params["jobName"])

    def tagged(self, params: Params, run_id: str) -> dict[str, Any]:
        return {**params, "tags": {**params.get("tags", {}), RUN_TAG: run_id}}

    def find(self, aws: Aws, params: Params) -> Found | None:
        """By the JOB_NAME filter, which sees every state; it ignores case, so compare again."""
        by_name = [{"name": "JOB_NAME", "values": [self.name(params)]}]
        query = {"jobQueue": params["jobQueue"], "filters": by_name}
        rows = aws.pages(self.service, "ListJobs", query, "jobSummaryList")
        ids = [row["jobId"] for row in rows if row["jobName"] == self.name(params)]
        jobs = described_jobs(aws, ids)
        ours = [job for job in jobs if job.get("tags", {}).get(RUN_TAG)]
        job = next(iter(ours or jobs), None)
        if job is None:
            return None
        answer = {key: job[key] for key in ("jobName", "jobId", "jobArn")}
        return Found(answer, job.get("tags", {}).get(RUN_TAG))

    def says_taken(self, refused: AwsRefused) -> bool:
        return False


def described_jobs(aws: Aws, ids: Sequence[str]) -> list[dict[str, Any]]:
    """DescribeJobs takes 100 ids a call."""
    chunks = [list(ids[start : start + 100]) for start in range(0, len(ids), 100)]
    answers = [aws.call("batch", "DescribeJobs", {"jobs": chunk}) for chunk in chunks]
    return [job for answer in answers for job in answer["jobs"]]


CREATIONS: Mapping[str, Creation] = {
    "CreateTrainingJob": Named("CreateTrainingJob", "TrainingJob"),
    "CreateHyperParameterTuningJob": Named(
        "CreateHyperParameterTuningJob", "HyperParameterTuningJob"
    ),
    "CreateModel": Named("CreateModel", "Model"),
    "CreateEndpointConfig": Named("CreateEndpointConfig", "EndpointConfig"),
    "CreateEndpoint": Named("CreateEndpoint", "Endpoint"),
    "SubmitJob": Submitted(),
}
