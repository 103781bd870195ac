"""Raw requests: the tree, the places of its values, and bad input."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awsml.errors import UsageError
from awsml.plan import walk
from awsml.readers.json_places import JsonOrigins, json_places
from awsml.readers.requests import read_request, read_requests
from awsml.rules import check

TEXT = """{
  "TrainingJobName": "job",
  "HyperParameters": {"a.b": "1", "quote\\"d": "é"},
  "Tags": [
    {"Key": "k",
     "Value": "v"}, {}
  ]
}
"""


def test_every_value_has_its_line_and_column() -> None:
    origins = JsonOrigins(TEXT, "job.json")
    places = {path: origins[path].place for path in origins}
    assert all(place is not None for place in places.values())
    spots = {p: (x.line, x.column, x.end_line, x.end_column) for p, x in places.items() if x}
    assert spots["TrainingJobName"] == (2, 22, 2, 27)
    assert spots["HyperParameters.a.b"] == (3, 30, 3, 33)
    assert spots['HyperParameters.quote"d'] == (3, 47, 3, 50)
    assert spots["Tags"] == (4, 11, 7, 4)
    assert spots["Tags[0]"] == (5, 5, 6, 19)
    assert spots["Tags[0].Value"] == (6, 15, 6, 18)
    assert spots["Tags[1]"] == (6, 21, 6, 23)


def test_a_request_becomes_a_plan_of_one_call() -> None:
    request = read_request("sagemaker:CreateTrainingJob", TEXT, "job.json", region="eu-west-1")
    assert request.plan is not None and request.findings == ()
    [call] = request.plan.calls
    assert (call.api, request.plan.region) == ("sagemaker:CreateTrainingJob", "eu-west-1")
    assert call.params == json.loads(TEXT)


def test_a_finding_points_into_the_file() -> None:
    text = '{\n "TrainingJobName": "a",\n "ResourceConfig": {"InstanceType": "ml.t2.medium"}\n}'
    request = read_request("sagemaker:CreateTrainingJob", text, "job.json")
    assert request.plan is not None
    [one] = [f for f in check(request.plan).findings if f.slug == "instance-not-for-training"]
    assert one.place is not None
    assert (one.place.file, one.place.line, one.place.column) == ("job.json", 3, 37)
    assert one.request_path == "ResourceConfig.InstanceType"


def test_a_missing_member_points_at_what_lacks_it() -> None:
    request = read_request("sagemaker:CreateTrainingJob", '{"ResourceConfig":\n{}}', "j.json")
    assert request.plan is not None
    found = {f.request_path: f.place for f in check(request.plan).findings}
    place = found["ResourceConfig.InstanceType"]
    assert place is not None and (place.line, place.column) == (2, 1)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sagemaker:CreateTrainingJob", "sagemaker:CreateTrainingJob"),
        ("SageMaker:createtrainingjob", "sagemaker:CreateTrainingJob"),
        ("aws sagemaker create-training-job", "sagemaker:CreateTrainingJob"),
        ("sagemaker.create_training_job", "sagemaker:CreateTrainingJob"),
        ("CreateTrainingJob", "sagemaker:CreateTrainingJob"),
        ("autoscaling:PutScalingPolicy", "application-autoscaling:PutScalingPolicy"),
        ("application-autoscaling:PutScalingPolicy", "application-autoscaling:PutScalingPolicy"),
        ("eventbridge:PutRule", "events:PutRule"),
    ],
)
def test_api_names_are_read_as_people_write_them(written: str, meant: str) -> None:
    request = read_request(written, "{}", "x.json")
    assert request.plan is not None and request.plan.calls[0].api == meant


def test_an_api_without_a_table_gets_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="CreateTrainingJobb") as raised:
        read_request("sagemaker:CreateTrainingJobb", "{}", "x.json")
    assert raised.value.slug == "unknown-api"
    assert raised.value.hint is not None and "sagemaker:CreateTrainingJob" in raised.value.hint


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"a": 1,}', 1, 9),
        ('{\n "a": nope}', 2, 7),
        ("", 1, 1),
        ('{"a": "x', 1, 7),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(text: str, line: int, column: int) -> None:
    with pytest.raises(UsageError) as raised:
        read_request("sagemaker:CreateTrainingJob", text, "x.json")
    where = raised.value.where
    assert where is not None and (where.line, where.column) == (line, column)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "3",
        '{"a": NaN}',
        '{"a": 1' + "0" * 5000 + "}",
        "[" * 5000 + "]" * 5000,
        '{"a":' * 150 + "1" + "}" * 150,
    ],
)
def test_what_is_no_request_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_request("sagemaker:CreateTrainingJob", text, "x.json")


def test_a_key_that_stands_twice_is_found_with_both_places() -> None:
    text = '{"RoleArn": "a",\n "RoleArn": "b"}'
    request = read_request("sagemaker:CreateTrainingJob", text, "x.json")
    [one] = request.findings
    assert one.slug == "duplicate-key" and one.request_path == "RoleArn"
    assert one.place is not None and one.place.line == 2
    assert one.related[0].place is not None and one.related[0].place.line == 1


def test_a_byte_order_mark_is_no_fault() -> None:
    request = read_request("sagemaker:CreateTrainingJob", "\ufeff" + TEXT, "x.json")
    assert request.plan is not None
    place = request.plan.calls[0].origins["TrainingJobName"].place
    assert place is not None and (place.line, place.column) == (2, 22)


LINES = [
    '{"id": "a", "api": "sagemaker:CreateTrainingJob", "params": {"RoleArn": 1}}',
    "not json",
    "",
    '{"id": 2, "api": "nope", "params": {}}',
    '{"id": 3, "params": {}}',
    '{"id": 4, "api": "batch:SubmitJob", "params": []}',
    '{"id": 5, "api": "batch:SubmitJob", "params": {"jobName": "a", "jobName": "b"}}',
]


def test_a_bad_line_is_a_finding_and_the_rest_goes_on() -> None:
    requests = list(read_requests(LINES, "x.jsonl"))
    assert [request.id for request in requests] == ["a", None, 2, 3, 4, 5]
    slugs = [[finding.slug for finding in request.findings] for request in requests]
    assert slugs == [
        [],
        ["unreadable-json"],
        ["unknown-api"],
        ["unknown-api"],
        ["unreadable-request"],
        ["duplicate-key"],
    ]
    assert [request.plan is None for request in requests] == [False, True, True, True, True, False]


def test_places_of_a_line_count_from_the_file() -> None:
    first, bad, *_ = read_requests(LINES, "x.jsonl")
    assert first.plan is not None
    place = first.plan.calls[0].origins["RoleArn"].place
    assert place is not None
    assert (place.file, place.line) == ("x.jsonl", 1)
    assert LINES[0][place.column - 1 : place.end_column - 1] == "1"
    assert bad.findings[0].place is not None and bad.findings[0].place.line == 2


def test_the_path_of_a_repeated_key_is_that_of_the_request() -> None:
    *_, last = read_requests(LINES, "x.jsonl")
    assert last.findings[0].request_path == "jobName"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=25,
)


@settings(max_examples=200)
@given(tree=JSON, indent=st.sampled_from([None, 0, 3]), ascii_only=st.booleans())
def test_the_text_at_a_place_is_the_value(tree: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(tree, indent=indent, ensure_ascii=ascii_only)
    rows = text.split("\n")
    starts = [sum(len(row) + 1 for row in rows[:number]) for number in range(len(rows))]
    places = json_places(text, "x")
    expected = dict(walk(tree))
    assert set(places.spans) == set(expected)
    if len(expected) == count(tree):  # two paths may read alike: {"a.b": 1, "a": {"b": 2}}
        for path, value in expected.items():
            place = places.place(path)
            start = starts[place.line - 1] + place.column - 1
            end = starts[place.end_line - 1] + place.end_column - 1
            assert json.loads(text[start:end]) == value


def count(tree: Any) -> int:
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return 1 + sum(count(value) for value in inner)
