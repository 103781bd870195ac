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
from pathlib import Path
from typing import Any

LIMIT_SECONDS = 2.0
REQUESTS = 1000

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
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requests.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows()))
        seconds = [measured(file) for _ in range(runs)]
    median = statistics.median(seconds)
    spread = f"{min(seconds):.2f} to {max(seconds):.2f}"
    print(f"{REQUESTS} requests: median {median:.2f} s CPU of {runs} runs ({spread})")
    print(f"limit {LIMIT_SECONDS} s")
    return 0 if median <= LIMIT_SECONDS else 1


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


def measured(file: Path) -> float:
    """User and system seconds of the whole command, interpreter included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    entry = "from awsml.cli.main import main; main()"
    asked = ["validate", "--requests", str(file), "-o", "jsonl"]
    command = [sys.executable, "-c", entry, *asked]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    lines = answer.stdout.splitlines()
    if len(lines) != REQUESTS:
        raise SystemExit(f"{len(lines)} answers to {REQUESTS} requests\n{answer.stderr}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())
