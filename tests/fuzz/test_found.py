"""Texts that once broke a reader, or would have taken it hours: each is an error or a value now."""

from __future__ import annotations

import json

import pytest

from awsml import api
from awsml.aws.refusals import refusal
from awsml.errors import AwsmlError
from awsml.kinds import KINDS
from awsml.readers.measurements import read_measurements
from awsml.readers.metric_files import read_metrics
from awsml.readers.nvidia_smi import read_links
from awsml.readers.requests import read_request
from awsml.readers.templates.reading import read_template
from awsml.scenario.loader import load
from awsml.scenario.overrides import Flags, Override
from awsml.scenario.source import decode_source
from tests.fuzz.reader import FUZZED

_UTILISATION = {
    "a name for a list": '{"MetricDataResults": "x", "Datapoints": "y", "gpu": [1]}',
    "nothing for a list": '{"MetricDataResults": null, "Datapoints": null, "gpu": [1]}',
    "words among the series": '{"MetricDataResults": ["x", 1, null], "gpu": [1]}',
    "times that are no list": '{"MetricDataResults": [{"Label": "gpu", "Timestamps": 1,'
    ' "Values": [1]}]}',
    "times that are no numbers": "time,gpu\nnan,1\ninf,2\n-inf,3\nnan,4\n",
}
_NO_UTILISATION = {
    "deep brackets": "[" * 100_000,
    "thousands of digits": '{"gpu": [' + "9" * 5000 + "]}",
    "a cell without an end": 'time,gpu\n1,"' + "x" * 200_000,
}


@pytest.mark.parametrize("name", _UTILISATION)
def test_utilisation_that_is_half_right_is_read(name: str) -> None:
    assert FUZZED.reads("utilisation", lambda: read_metrics(_UTILISATION[name], "f", 1, 1)) is None


@pytest.mark.parametrize("name", _NO_UTILISATION)
def test_utilisation_that_cannot_be_read_is_refused(name: str) -> None:
    assert FUZZED.reads("utilisation", lambda: read_metrics(_NO_UTILISATION[name], "f", 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "strategy,gpus,throughput\nddp,1," + "1" * 200_000,
        "strategy,gpus,throughput," + "x" * 200_000,
    ],
)
def test_a_cell_beyond_all_measure_is_refused(text: str) -> None:
    assert FUZZED.reads("measurements", lambda: read_measurements(text))


@pytest.mark.parametrize(
    "text",
    [
        "GPU 0:\n Link 0: 1.2.3 GB/s",
        "GPU 0:\n Link 0: . GB/s",
        "GPU " + "9" * 5000 + ":\n Link 0: 5 GB/s",
        "GPU 999999999:\n Link 0: 5 GB/s",
        "GPU0 " + "X " * 200_000,
    ],
)
def test_a_table_that_no_machine_has_is_refused(text: str) -> None:
    assert FUZZED.reads("nvidia-smi", lambda: read_links(text))


def test_an_affinity_in_odd_digits_is_unknown() -> None:
    table = "\tGPU0\tGPU1\tCPU Affinity\tNUMA Affinity\nGPU0\tX\tNV4\t0\t²\nGPU1\tNV4\tX\t0\t1\n"
    assert read_links(table).gpus == 2


def test_a_quota_in_odd_numbers_is_still_a_refusal() -> None:
    told = (
        "The account-level service limit 'a' is 1.2.3 Instances, with current utilization of 1..2"
        " Instances and a request delta of 1.1.1 Instances."
    )
    assert refusal("ResourceLimitExceeded", told, "CreateTrainingJob").slug == "aws-quota"


@pytest.mark.parametrize("text", ["tags={\ud800a: b}", "a=[\udcff]", 'n="\udcff"'])
def test_a_flag_that_is_no_utf_8_is_refused(text: str) -> None:
    assert FUZZED.reads("overrides", lambda: Flags([Override.parse(text)]))


def _template(properties: object, **sections: object) -> str:
    name = "AWS::SageMaker::Model"
    resource = {"Type": name, "Properties": {"ModelName": properties}}
    return json.dumps({**sections, "Resources": {"M": resource}})


def _nested_sub() -> object:
    text: object = "x"
    for _ in range(30):
        text = {"Fn::Sub": ["${A}${A}${A}", {"A": text}]}
    return text


_LONG = {"A": {"Type": "String", "Default": "y" * 1_000_000}}
_LIST = {"A": {"Type": "CommaDelimitedList", "Default": "y," * 100_000}}
_ITSELF = {"Fn::Equals": [{"Fn::If": ["A", "x", "y"]}, {"Fn::If": ["A", "x", "y"]}]}
_BOMBS = {
    "Sub in Sub": _template(_nested_sub()),
    "a long text many times": _template({"Fn::Sub": "${A}" * 100_000}, Parameters=_LONG),
    "a condition of itself": _template({"Fn::If": ["A", "b", "c"]}, Conditions={"A": _ITSELF}),
    "a long list many times": _template(
        {"Fn::Join": ["", [{"Fn::Select": ["1", {"Ref": "A"}]}] * 2000]}, Parameters=_LIST
    ),
    "an odd digit": _template({"Fn::Select": ["²", ["a"]]}),
}


@pytest.mark.parametrize("name", _BOMBS)
def test_functions_that_ask_for_too_much_are_not_worked_out(name: str) -> None:
    def check() -> None:
        reading = read_template(decode_source(_BOMBS[name], "t.json"))
        api.validate_template(reading, api.Terms())

    assert FUZZED.reads("templates", check) is None


def test_long_keys_above_many_values_are_refused() -> None:
    text = json.dumps({"k" * 100_000: [1] * 100_000})
    with pytest.raises(AwsmlError, match="keys too long"):
        read_request("batch:SubmitJob", text, "r.json")


@pytest.mark.parametrize("every", ["0s", "1e-30 s", "0.2s"])
def test_checkpoints_come_at_least_a_second_apart(every: str) -> None:
    text = (
        "kind: training\nname: a\nimage: {framework: pytorch, version: '2.10'}\n"
        "code: {dir: src, entry: train.py}\ncompute: {instance: ml.m5.large}\n"
        f"spot: {{max_wait: 30h, checkpoint: s3://acme/c/, every: {every}}}\n"
    )
    loaded = load("a.yaml", text=text, environ={}, kinds=KINDS)
    checked = api.validate_file(loaded, api.Terms(region="us-east-1"))
    assert "out-of-range" in {finding.slug for finding in checked.findings}
