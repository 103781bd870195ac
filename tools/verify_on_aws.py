"""Asks a real account what no fake can tell. Maintainers only; never run by CI.

    python tools/verify_on_aws.py --region us-east-1 --role ARN --image URI --ceiling 0.50

Prints the most that it may cost and asks; then submits one short training job on the smallest
CPU type (and, with --queue and --definition, one Batch job), and prints a dated line an answer.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from awsml import catalog
from awsml.aws.refusals import AwsRefused, is_absent
from awsml.aws.session import Session
from awsml.backends.aws.logs import TRAINING_GROUP, LogFollower
from awsml.backends.aws.quotas import find_quotas
from awsml.backends.aws.training import TrainingJob, find_training_job
from awsml.errors import AwsmlError

INSTANCE = "ml.m5.large"
LIMIT_SECONDS = 300
UPLOAD_AND_STOP_SECONDS = 300  # 120 s of grace and an upload may come on top of the limit
LINES = 50
SCRIPT = f"for i in $(seq {LINES}); do echo line $i; sleep 1; done"
POLL_SECONDS = 5.0


@dataclass(frozen=True)
class Trial:
    """The session and what the questions need to know."""

    aws: Session
    role: str
    bucket: str
    image: str
    name: str
    queue: str | None
    definition: str | None

    def request(self) -> dict[str, Any]:
        return {
            "TrainingJobName": self.name,
            "RoleArn": self.role,
            "AlgorithmSpecification": {
                "TrainingImage": self.image,
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["/bin/sh", "-c"],
                "ContainerArguments": [SCRIPT],
            },
            "OutputDataConfig": {"S3OutputPath": f"s3://{self.bucket}/awsml/verify/"},
            "ResourceConfig": {
                "InstanceType": INSTANCE,
                "InstanceCount": 1,
                "VolumeSizeInGB": 5,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": LIMIT_SECONDS},
            "Tags": [{"Key": "awsml:run", "Value": self.name}],
        }


def most_dollars(region: str) -> float | None:
    """Limit, grace and upload at the on-demand price; None where no price is known."""
    price = catalog.price("training", INSTANCE, region)
    if price is None:
        return None
    return float(price.usd) * (LIMIT_SECONDS + UPLOAD_AND_STOP_SECONDS) / 3600


def answers(trial: Trial) -> Iterator[tuple[str, Any]]:
    """Each question and what this account says, as it becomes known."""
    yield "a job that is not there", said(lambda: describe(trial, "awsml-verify-nothing"))
    created = time.monotonic()
    trial.aws.send_once("sagemaker", "CreateTrainingJob", trial.request())
    while find_training_job(trial.aws, trial.name) is None:
        time.sleep(0.2)
    yield "seconds until a describe sees a new job", round(time.monotonic() - created, 2)
    again = said(lambda: trial.aws.send_once("sagemaker", "CreateTrainingJob", trial.request()))
    yield "a name that is taken", again
    yield from of_the_life(trial)
    names = {f"{INSTANCE} for {use} usage" for use in ("training job", "spot training job")}
    yield "quota names found", sorted(find_quotas(trial.aws, names))
    if trial.queue and trial.definition:
        yield from of_batch(trial, trial.queue, trial.definition)


def of_the_life(trial: Trial) -> Iterator[tuple[str, Any]]:
    """Logs and billing of the job until some time after its end."""
    follower = LogFollower(trial.aws, TRAINING_GROUP, f"{trial.name}/")
    texts: list[str] = []
    while not (job := job_of(trial)).over:
        texts += [line.text for line in follower.read()]
        time.sleep(POLL_SECONDS)
    ended = time.monotonic()
    yield "billable seconds at the end", job.described.get("BillableTimeInSeconds")
    while len(set(texts)) < LINES and time.monotonic() - ended < 120:
        texts += [line.text for line in follower.read()]
        time.sleep(POLL_SECONDS)
    yield "seconds until the last line was there", round(time.monotonic() - ended, 1)
    yield "lines, and how many twice", [len(set(texts)), len(texts) - len(set(texts))]
    yield "billable seconds later", job_of(trial).described.get("BillableTimeInSeconds")
    yield "phases", [phase.phase for phase in job.phases()]
    yield "reason", job.reason


def of_batch(trial: Trial, queue: str, definition: str) -> Iterator[tuple[str, Any]]:
    """Whether a listing by name sees a new Batch job at once; the job is ended again."""
    params = {"jobName": trial.name, "jobQueue": queue, "jobDefinition": definition}
    job = trial.aws.send_once("batch", "SubmitJob", params)["jobId"]
    filters = [{"name": "JOB_NAME", "values": [trial.name]}]
    submitted = time.monotonic()
    query = {"jobQueue": queue, "filters": filters}
    while not list(trial.aws.pages("batch", "ListJobs", query, "jobSummaryList")):
        time.sleep(0.2)
    yield "seconds until ListJobs sees a new Batch job", round(time.monotonic() - submitted, 2)
    trial.aws.call("batch", "TerminateJob", {"jobId": job, "reason": "awsml verify"})


def describe(trial: Trial, name: str) -> Any:
    return trial.aws.call("sagemaker", "DescribeTrainingJob", {"TrainingJobName": name})


def job_of(trial: Trial) -> TrainingJob:
    return TrainingJob(describe(trial, trial.name))


def said(ask: Callable[[], Any]) -> dict[str, Any]:
    """AWS's own words of refusal, and whether awsml takes them for absence."""
    try:
        ask()
    except AwsRefused as refused:
        return {"code": refused.code, "words": refused.detail, "absent": is_absent(refused)}
    return {"code": None, "words": "it was not refused", "absent": False}


def main() -> int:
    arguments = parsed()
    most = most_dollars(arguments.region)
    if most is None or most > arguments.ceiling:
        told = "unknown" if most is None else f"${most:.2f}"
        print(f"this may cost {told}; the ceiling is ${arguments.ceiling:.2f}", file=sys.stderr)
        return 1
    print(f"one job on {INSTANCE}, {LIMIT_SECONDS} s at most: not above ${most:.2f}")
    if input("start it? [y/N] ").strip().lower() != "y":
        return 1
    aws = Session(arguments.profile, arguments.region)
    name = f"awsml-verify-{datetime.now(UTC):%y%m%d-%H%M%S}"
    bucket = arguments.bucket or f"sagemaker-{aws.region}-{aws.identity().account}"
    terms = (arguments.role, bucket, arguments.image, name, arguments.queue, arguments.definition)
    try:
        for question, answer in answers(Trial(aws, *terms)):
            day = datetime.now(UTC).date().isoformat()
            print(json.dumps({"date": day, "question": question, "answer": answer}), flush=True)
    except AwsmlError as error:
        print(f"{error.message}\n  hint: {error.hint}", file=sys.stderr)
        return error.exit_code
    return 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Ask a real account what no fake can tell.")
    parser.add_argument("--role", required=True, help="role of the training job")
    parser.add_argument("--image", required=True, help="image with /bin/sh in this region's ECR")
    parser.add_argument("--region", required=True)
    parser.add_argument("--profile")
    parser.add_argument("--bucket", help="where the empty model goes; the default bucket if absent")
    parser.add_argument("--queue", help="Batch job queue, to ask about Batch too")
    parser.add_argument("--definition", help="Batch job definition for that queue")
    parser.add_argument("--ceiling", type=float, default=0.50, help="most dollars [0.50]")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
