"""Scenario text to a plan, as the kinds' tests need it."""

from __future__ import annotations

from typing import Any

from awsml import api
from awsml.api import Planned, Terms
from awsml.scenario.loader import load

BASE = """\
kind: training
name: job
region: us-east-1
role: arn:aws:iam::111122223333:role/train
image: {framework: pytorch, version: "2.10"}
code: {dir: ./src, entry: train.py}
compute: {instance: ml.g5.2xlarge, volume: 100 GB}
inputs:
  train: {from: "s3://acme-data/train/", mode: file}
output: s3://acme-data/out/
"""


def planned(text: str, file: str = "job.yaml", **terms: Any) -> Planned:
    loaded = load(file, environ={}, text=text)
    return api.plan(loaded.documents[0], Terms(**terms), loaded.findings)


def params(text: str, **terms: Any) -> dict[str, Any]:
    """The parameters of the first call."""
    work = planned(text, **terms)
    assert work.plan.calls, [finding.message for finding in work.report.findings]
    return dict(work.plan.calls[0].params)


def with_lines(*lines: str, base: str = BASE) -> str:
    """The base scenario with these lines; a key that it has already is replaced."""
    keys = {line.partition(":")[0] for line in lines if not line.startswith(" ")}
    kept, dropping = [], False
    for line in base.splitlines():
        if not line.startswith(" "):
            dropping = line.partition(":")[0] in keys
        if not dropping:
            kept.append(line)
    return "\n".join([*kept, *lines, ""])
