"""Any training spec that validates compiles to a request of the shape that AWS's model asks for."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from awsml.finding import Level
from awsml.kinds import kind_named
from awsml.kinds.kind import Context
from awsml.requests.complaint import Complaint
from awsml.requests.shape import check_shape
from awsml.scenario.loader import load
from awsml.scenario.validation import validate

words = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
seconds = st.integers(60, 86_400 * 5)
prefixes = words.map(lambda word: f"s3://acme-data/{word}/")


def optional(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=parts)


channels = st.fixed_dictionaries(
    {"from": prefixes},
    optional={
        "mode": st.sampled_from(["file", "fastfile", "pipe", "auto"]),
        "reads": st.sampled_from(["files", "stream", "both"]),
        "content_type": st.just("text/csv"),
        "compression": st.sampled_from(["none", "gzip"]),
        "wrapper": st.sampled_from(["none", "recordio"]),
        "shuffle": st.integers(0, 10**6),
        "distribution": st.sampled_from(["replicated", "sharded"]),
        "data": optional(size=st.just("54 GB"), objects=st.just("1.2M")),
    },
)
scenarios = st.fixed_dictionaries(
    {
        "kind": st.just("training"),
        "name": words,
        "region": st.sampled_from(["us-east-1", "eu-west-1"]),
        "image": st.sampled_from(
            [
                {"framework": "pytorch", "version": "2.10"},
                {"algorithm": "object-detection"},
                {"uri": "111122223333.dkr.ecr.us-east-1.amazonaws.com/own:1"},
            ]
        ),
        "compute": st.fixed_dictionaries(
            {"instance": st.sampled_from(["ml.g5.2xlarge", "ml.m7i.large", "ml.p4d.24xlarge"])},
            optional={
                "count": st.integers(1, 20),
                "volume": st.sampled_from(["100 GB", "auto"]),
                "fallback": st.lists(st.just("ml.g6.2xlarge"), max_size=4),
                "keep_alive": st.just("30m"),
            },
        ),
    },
    optional={
        "role": st.just("arn:aws:iam::111122223333:role/train"),
        "code": st.just({"dir": "./src", "entry": "train.py"}),
        "spot": optional(max_wait=seconds.map(lambda s: f"{s}s"), checkpoint=prefixes),
        "inputs": st.dictionaries(words, channels, max_size=4),
        "hyperparameters": st.dictionaries(words, words, max_size=5),
        "metrics": st.dictionaries(words, st.just("loss=([0-9.]+)"), max_size=3),
        "distribution": st.sampled_from(["none", "torchrun"]),
        "limits": optional(runtime=seconds.map(lambda s: f"{s}s"), cost=st.just("5 USD")),
        "output": prefixes,
        "environment": st.dictionaries(words, words, max_size=3),
        "tags": st.dictionaries(words, words, max_size=3),
    },
)


@settings(max_examples=60)
@given(scenarios)
def test_a_valid_spec_compiles_to_a_request_of_the_right_shape(scenario: dict[str, Any]) -> None:
    document = load("job.yaml", environ={}, text=yaml.safe_dump(scenario)).documents[0]
    kind = kind_named("training")
    spec, findings = validate(document, kind.Spec)
    assert spec is not None, findings
    call = kind.compile(spec, Context(document)).calls[0]
    complaints = [each for each in check_shape(call) if isinstance(each, Complaint)]
    assert [each for each in complaints if each.level is Level.ERROR] == []
