"""CPU seconds that 1,000 raw requests take, read, checked and answered by one command.

    python benchmarks/checks.py            medians of five runs; exit status 1 above the limit
    python benchmarks/checks.py --runs 9

The requests are training and tuning jobs of ordinary size; every third has mistakes, so that places
are looked up and messages written as in real use.
"""

from __future__ import annotations

import argparse
import copy
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from promise import Promise, told

LIMIT_SECONDS = 2.0
REQUESTS = 1000
BOTOCORE = """
import json, sys
from botocore.session import Session
from botocore.validate import ParamValidator
model = Session().get_service_model("sagemaker")
for line in open(sys.argv[1]):
    row = json.loads(line)
    shape = model.operation_model(row["api"].partition(":")[2]).input_shape
    found = ParamValidator().validate(row["params"], shape)
    print(json.dumps({"id": row["id"], "found": found.generate_report()}))
"""

JOB: dict[str, Any] = {
    "TrainingJobName": "resnet50-imagenet-2026-11-02",
    "AlgorithmSpecification": {
        "TrainingImage": (
            "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.10-gpu-py313"
        ),
        "TrainingInputMode": "File",
        "MetricDefinitions": [{"Name": "val_acc", "Regex": "val_acc=([0-9.]+)"}],
    },
    "RoleArn": "arn:aws:iam::111122223333:role/training",
    "InputDataConfig": [
        {
            "ChannelName": name,
            "InputMode": "FastFile",
            "DataSource": {
                "S3DataSource": {
                    "S3DataType": "S3Prefix",
                    "S3Uri": f"s3://example-bucket/imagenet/{name}/",
                    "S3DataDistributionType": "FullyReplicated",
                }
            },
        }
        for name in ("train", "validation")
    ],
    "OutputDataConfig": {"S3OutputPath": "s3://example-bucket/runs/"},
    "ResourceConfig": {"InstanceType": "ml.g5.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 100},
    "StoppingCondition": {"MaxRuntimeInSeconds": 86400, "MaxWaitTimeInSeconds": 108000},
    "EnableManagedSpotTraining": True,
    "CheckpointConfig": {"S3Uri": "s3://example-bucket/checkpoints/resnet50/"},
    "HyperParameters": {f"parameter_{number}": str(number) for number in range(12)},
    "Environment": {"NCCL_DEBUG": "WARN"},
    "Tags": [{"Key": "team", "Value": "vision"}],
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    return told(measured(parser.parse_args().runs))


def promises(quick: bool) -> Iterator[Promise]:
    return measured(2 if quick else 7)


def measured(runs: int) -> Iterator[Promise]:
    """Medians of CPU seconds, awsml and botocore's validator in turn."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requests.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows()))
        pairs = [(checked(file), validated(file)) for _ in range(runs)]
    ours, theirs = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    what = f"{REQUESTS:,} raw requests checked in one call, CPU"
    beside = "botocore's validator, which knows types alone"
    yield Promise(what, ours, LIMIT_SECONDS, "s", False, beside, theirs)


def rows() -> list[dict[str, Any]]:
    """Requests by turns: a sound training job, a tuning job, and a training job with mistakes."""
    made = (JOB, tuning(), broken())
    apis = ("CreateTrainingJob", "CreateHyperParameterTuningJob", "CreateTrainingJob")
    return [
        {"id": number, "api": f"sagemaker:{apis[number % 3]}", "params": made[number % 3]}
        for number in range(REQUESTS)
    ]


def tuning() -> dict[str, Any]:
    definition = copy.deepcopy(JOB)
    for name in ("TrainingJobName", "Tags"):
        del definition[name]
    definition["StaticHyperParameters"] = definition.pop("HyperParameters")
    ranges = [{"Name": "lr", "MinValue": "0.0001", "MaxValue": "0.1", "ScalingType": "Logarithmic"}]
    return {
        "HyperParameterTuningJobName": "resnet50-search",
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "val_acc"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 30, "MaxParallelTrainingJobs": 2},
            "ParameterRanges": {"ContinuousParameterRanges": ranges},
        },
        "TrainingJobDefinition": definition,
    }


def broken() -> dict[str, Any]:
    job = copy.deepcopy(JOB)
    job["TrainingJobName"] = "resnet_50"
    job["ResourceConfig"]["InstanceTyp"] = "ml.g5.xlarge"
    job["StoppingCondition"]["MaxWaitTimeInSeconds"] = 3600
    job["InputDataConfig"][0]["CompressionType"] = "Gzip"
    return job


def checked(file: Path) -> float:
    entry = "from awsml.__main__ import main; main()"
    return seconds_of([entry, "validate", "--requests", str(file), "-o", "jsonl"])


def validated(file: Path) -> float:
    return seconds_of([BOTOCORE, str(file)])


def seconds_of(program: Sequence[str]) -> float:
    """User and system seconds of a Python program that answers each request with a line."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", *program]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    lines = answer.stdout.splitlines()
    if len(lines) != REQUESTS:
        raise SystemExit(f"{len(lines)} answers to {REQUESTS} requests\n{answer.stderr}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())
