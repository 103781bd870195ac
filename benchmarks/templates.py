"""CPU seconds and memory of `awsml validate` on templates, beside cfn-lint and checkov.

    python benchmarks/templates.py                      exit status 1 above a limit
    python benchmarks/templates.py --checkov COMMAND    checkov as well, from its own environment

All read the same templates in one run: a hundred variations of an endpoint with scaling and of a
Batch stack. CPU time is user plus system of a process of its own; bytecode is written first. A tool
that is not installed is left out, and that is said.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from promise import Promise, told

AWSML = (sys.executable, "-c", "from awsml.__main__ import main; main()", "validate")
CFN_LINT = (sys.executable, "-c", "from cfnlint import runner; runner.main()")
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
ONE_SECONDS = 0.35
TIMES_FASTER = 10
MOST_MEGABYTES = 200
LONGEST_SECONDS = 900
ROUNDS = 5

ENDPOINT = """\
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Type: {{Type: String, Default: ml.m5.large, AllowedValues: [ml.m5.large, ml.c5.xlarge]}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{Service: sagemaker.amazonaws.com}}
            Action: sts:AssumeRole
  Model:
    Type: AWS::SageMaker::Model
    Properties:
      ExecutionRoleArn: !GetAtt Role.Arn
      PrimaryContainer:
        Image: !Sub "${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.amazonaws.com/serve-{number}:1"
        ModelDataUrl: s3://acme-models/detector-{number}.tar.gz
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      ProductionVariants:
        - VariantName: all
          ModelName: !GetAtt Model.ModelName
          InstanceType: !Ref Type
          InitialInstanceCount: 2
          InitialVariantWeight: 1
  Endpoint:
    Type: AWS::SageMaker::Endpoint
    Properties: {{EndpointConfigName: !GetAtt Config.EndpointConfigName}}
  Target:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      MinCapacity: 1
      MaxCapacity: 4
      ResourceId: !Sub endpoint/${{Endpoint.EndpointName}}/variant/all
      ScalableDimension: sagemaker:variant:DesiredInstanceCount
      ServiceNamespace: sagemaker
"""
BATCH = """\
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Subnets: {{Type: "List<AWS::EC2::Subnet::Id>"}}
  Groups: {{Type: "List<AWS::EC2::SecurityGroup::Id>"}}
  Profile: {{Type: String}}
Resources:
  Environment:
    Type: AWS::Batch::ComputeEnvironment
    Properties:
      Type: MANAGED
      ReplaceComputeEnvironment: false
      ComputeResources:
        Type: SPOT
        AllocationStrategy: SPOT_PRICE_CAPACITY_OPTIMIZED
        InstanceTypes: [g5, g6]
        MinvCpus: 0
        MaxvCpus: {number}
        InstanceRole: !Ref Profile
        Subnets: !Ref Subnets
        SecurityGroupIds: !Ref Groups
  Queue:
    Type: AWS::Batch::JobQueue
    Properties:
      Priority: 1
      ComputeEnvironmentOrder: [{{Order: 1, ComputeEnvironment: !Ref Environment}}]
  Definition:
    Type: AWS::Batch::JobDefinition
    Properties:
      Type: container
      Timeout: {{AttemptDurationSeconds: 3600}}
      RetryStrategy:
        Attempts: 3
        EvaluateOnExit:
          - {{OnStatusReason: "Host EC2*", Action: RETRY}}
          - {{OnReason: "*", Action: EXIT}}
      ContainerProperties:
        Image: public.ecr.aws/acme/train:{number}
        Command: [python, train.py]
        ResourceRequirements:
          - {{Type: VCPU, Value: "4"}}
          - {{Type: MEMORY, Value: "12000"}}
          - {{Type: GPU, Value: "1"}}
"""


@dataclass(frozen=True)
class Cost:
    """What a command took."""

    seconds: float
    megabytes: float


def write_templates(folder: Path, count: int) -> list[Path]:
    paths = []
    for number in range(1, count + 1):
        text = (ENDPOINT if number % 2 else BATCH).format(number=number)
        path = folder / f"stack-{number:04}.yaml"
        path.write_text(text)
        paths.append(path)
    return paths


def cost_of(command: Sequence[str]) -> Cost:
    """CPU time and peak memory of a command; it may find what it finds."""
    with open(os.devnull, "wb") as nowhere:
        started = subprocess.Popen(command, env=ENVIRONMENT, stdout=nowhere, stderr=nowhere)
        _, status, usage = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode not in range(16):
        raise SystemExit(f"{command[:3]} ended with {started.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def have(module: str) -> bool:
    probe = (sys.executable, "-c", f"import {module}")
    return subprocess.run(probe, capture_output=True, timeout=60, check=False).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--checkov", help="checkov's command, in an environment of its own")
    chosen = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_SECONDS, LONGEST_SECONDS))
    with tempfile.TemporaryDirectory() as name:
        return told(compared(Path(name), chosen.checkov, ROUNDS))


def promises(quick: bool) -> Iterator[Promise]:
    with tempfile.TemporaryDirectory() as name:
        yield from compared(Path(name), shutil.which("checkov"), 1 if quick else ROUNDS)


def compared(folder: Path, checkov: str | None, rounds: int) -> Iterator[Promise]:
    paths = [str(path) for path in write_templates(folder, 100)]
    cost_of((*AWSML, paths[0]))  # writes the bytecode
    one = min((cost_of((*AWSML, paths[0])) for _ in range(3)), key=lambda cost: cost.seconds)
    hundred, linted = in_turn(paths, rounds)
    more = folder / "more"
    more.mkdir()
    write_templates(more, 1000)
    thousand = cost_of((*AWSML, str(more)))
    yield Promise("validate one template, CPU", one.seconds, ONE_SECONDS, "s")
    yield Promise("memory on 1,000 templates", thousand.megabytes, MOST_MEGABYTES, "MB")
    what = "100 templates, how many times the CPU of awsml cfn-lint takes"
    times = linted / hundred if linted else None
    note = "" if linted else "cfn-lint is not installed"
    beside = checkov_of(checkov, paths, hundred)
    yield Promise(what, times, TIMES_FASTER, "times", True, *beside, note)


def in_turn(paths: Sequence[str], rounds: int) -> tuple[float, float | None]:
    """CPU seconds of awsml and of cfn-lint; medians, as a busy moment may meet either."""
    both = have("cfnlint")
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(cost_of((*AWSML, *paths)).seconds)
        theirs += [cost_of((*CFN_LINT, *paths)).seconds] if both else []
    return statistics.median(ours), statistics.median(theirs) if theirs else None


def checkov_of(checkov: str | None, paths: Sequence[str], ours: float) -> tuple[str, float | None]:
    if not checkov or not shutil.which(checkov):
        return "checkov: not installed", None
    files = [word for path in paths for word in ("-f", path)]
    return "checkov", cost_of((checkov, "--quiet", "--compact", *files)).seconds / ours


if __name__ == "__main__":
    sys.exit(main())
