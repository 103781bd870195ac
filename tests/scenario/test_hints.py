"""What to type instead, for slips that the real kinds of scenario meet."""

from __future__ import annotations

from textwrap import dedent

import pytest

from awsml.kinds import kind_named
from awsml.scenario.loader import load
from awsml.scenario.validation import validate

TUNING = """
    kind: tuning
    name: search
    region: us-east-1
    training:
      image: {framework: pytorch, version: "2.10"}
      compute: {instance: ml.g5.2xlarge}
      SPOT
      metrics:
        loss: 'loss=(.*)'
        METRICS
    objective: {metric: loss, goal: minimize}
    early_stopping: STOP
    budget: {trials: 8, parallel: 1, runtime: LIMIT}
    parameters:
      rate: RATE
"""
ENDPOINT = """
    kind: endpoint
    name: detector
    region: us-east-1
    model: {data: s3://acme/model.tar.gz, image: {algorithm: object-detection}}
    compute: {instance: ml.g5.xlarge}
    traffic: {requests_per_second: RPS, p99: P99}
    autoscaling: {min: 1, max: 4, target: TARGET}
"""
RIGHT = {
    "SPOT": "hyperparameters: {}",
    "METRICS": "",
    "STOP": "off",
    "LIMIT": "2h",
    "RATE": "{low: 1e-4, high: 1}",
    "RPS": "50",
    "P99": "100 ms",
    "TARGET": "auto",
}


def hints(text: str, **slip: str) -> list[str | None]:
    for name, value in (RIGHT | slip).items():
        text = text.replace(name, value)
    (document,) = load("case.yaml", environ={}, text=dedent(text)).documents
    return [f.hint for f in validate(document, kind_named(document.kind or "").Spec)[1]]


@pytest.mark.parametrize(
    ("slip", "hint"),
    [
        ({"SPOT": "spot: true"}, "write `spot: {enabled: on}`"),
        ({"METRICS": "limits: {runtime: 2h}"}, "`training.limits` is meant? Indent it less"),
        ({"METRICS": "other: {a: b}"}, "give `other` one value: `other: text`"),
        ({"STOP": "yes"}, "write `early_stopping: auto`"),
        ({"STOP": "no"}, "write `early_stopping: off`"),
        ({"LIMIT": "900"}, "write `900 s`, or another unit: ms, s, m, h, d"),
        (
            {"RATE": "[1e-4, 1]"},
            "write `{low: 1e-4, high: 1}` for a range, or `{choices: [1e-4, 1]}`",
        ),
        ({"RATE": "[a, b, c]"}, "write `{choices: [a, b, c]}`"),
    ],
)
def test_slips_of_a_search(slip: dict[str, str], hint: str) -> None:
    assert hints(TUNING) == []
    assert hints(TUNING, **slip) == [hint]


@pytest.mark.parametrize(
    ("slip", "hint"),
    [
        ({"RPS": "fifty"}, "write `requests_per_second` in digits"),
        ({"RPS": "50 rps"}, "write `requests_per_second: 50`"),
        ({"P99": "100"}, "write `100 ms`, or another unit: ms, s, m, h, d"),
        ({"TARGET": "70%"}, "write `target: auto`"),
    ],
)
def test_slips_of_an_endpoint(slip: dict[str, str], hint: str) -> None:
    assert hints(ENDPOINT) == []
    assert hints(ENDPOINT, **slip) == [hint]
