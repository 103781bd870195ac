"""The shipped tables against the botocore that is installed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import botocore.session
import pytest

from awsml.requests.table import DATA, Shape, known_apis, load_table, source

ROOT = Path(__file__).parents[2]
every_api = pytest.mark.parametrize("api", known_apis())


@pytest.fixture(scope="module")
def session() -> botocore.session.Session:
    return botocore.session.get_session()


def test_the_tables_are_those_of_the_installed_botocore() -> None:
    stored = json.loads((DATA / "SOURCE.json").read_text())
    if stored["botocore"] != botocore.__version__:
        pytest.skip(f"tables of {stored['botocore']}, installed {botocore.__version__}")
    tool = [sys.executable, str(ROOT / "tools" / "generate_tables.py"), "--check"]
    answer = subprocess.run(tool, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout


@every_api
def test_members_and_enums_are_all_in_a_newer_model(
    api: str, session: botocore.session.Session
) -> None:
    """Services add and do not take away, so a newer botocore knows all that a table knows."""
    table = load_table(api)
    assert table is not None
    service, _, operation = api.partition(":")
    model = session.get_service_model(service).operation_model(operation).input_shape
    assert table.input == model.name
    top = table.shapes[table.input]
    assert set(top.members) <= set(model.members)
    for name, shape_name in top.members.items():
        known = getattr(model.members[name], "enum", [])
        assert set(table.shapes[shape_name].enum) <= set(known)


@every_api
def test_every_shape_that_is_named_is_there(api: str) -> None:
    table = load_table(api)
    assert table is not None
    for shape in table.shapes.values():
        for name in (*shape.members.values(), shape.item, shape.key, shape.value):
            assert name is None or name in table.shapes


@every_api
def test_patterns_accept_a_plain_example(api: str) -> None:
    """A pattern that nothing passes would be a false alarm on every request."""
    table = load_table(api)
    assert table is not None
    for name, shape in table.shapes.items():
        if shape.pattern is not None:
            assert any(accepts(shape, example) for example in EXAMPLES), (name, shape.pattern)


def test_a_long_wrong_value_takes_no_time_in_any_pattern() -> None:
    """None of the patterns repeats inside a repetition in a way that explodes."""
    tables = [load_table(api) for api in known_apis()]
    shapes = [shape for table in tables if table for shape in table.shapes.values()]
    for shape in shapes:
        if shape.pattern is not None:
            for seed in ("a", " ", "-", "a-", "/", "\t ", "a/"):
                text = (seed * 4000)[: int(shape.max or 2000)]
                shape.fits(text + "\x00")


def test_no_service_library_is_imported() -> None:
    code = (
        "import sys; from awsml.requests.table import load_table;"
        "load_table('sagemaker:CreateTrainingJob');"
        "print([m for m in sys.modules if m.split('.')[0] in ('boto3', 'botocore', 'pydantic')])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_the_source_says_which_botocore_and_when() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", source().botocore)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", source().date)


def accepts(shape: Shape, text: str) -> bool:
    assert shape.pattern is not None
    return shape.fits(text)


_ACCOUNT = "111122223333"
EXAMPLES = [
    "abc",
    "a",
    "4K",
    "/metrics",
    "application/json",
    "s3://b/k",
    "s3://b",
    "fs-0123456789abcdef0",
    "mig-1g.10gb",
    "$.detail.value",
    f"arn:aws:iam::{_ACCOUNT}:role/r",
    f"arn:aws:kms:us-east-1:{_ACCOUNT}:key/k",
    f"arn:aws:sns:us-east-1:{_ACCOUNT}:topic",
    f"arn:aws:sqs:us-east-1:{_ACCOUNT}:queue",
    f"arn:aws:lambda:us-east-1:{_ACCOUNT}:function:f",
    f"arn:aws:sagemaker:us-east-1:{_ACCOUNT}:model-package/m",
    f"arn:aws:sagemaker:us-east-1:{_ACCOUNT}:model-package-group/m",
    f"arn:aws:sagemaker:us-east-1:{_ACCOUNT}:training-plan/p",
    f"arn:aws:sagemaker:us-east-1:{_ACCOUNT}:mlflow-app/a",
    f"arn:aws:sagemaker:us-east-1:{_ACCOUNT}:ai-benchmark/x",
    f"arn:aws:sagemaker:us-east-1:{_ACCOUNT}:algorithm/a",
    f"arn:aws:sagemaker:us-east-1:{_ACCOUNT}:hub-content/h/Model/m/1.0.0",
    f"arn:aws:sagemaker:us-east-1:{_ACCOUNT}:hub-content/h/DataSet/m/1.0.0",
    "arn:aws:secretsmanager:us-east-1:111122223333:secret:s",
]


@every_api
def test_bounds_beside_the_model_are_of_numbers_and_closer(api: str) -> None:
    table = load_table(api)
    assert table is not None
    for path, bound in table.bounds.items():
        shape = table.shapes[table.input]
        for step in path.split("."):
            shape = table.shapes[shape.members[step.removesuffix("[]")]]
            if step.endswith("[]"):
                assert shape.item is not None
                shape = table.shapes[shape.item]
        assert shape.type in ("integer", "long", "float", "double"), path
        assert (shape.min, shape.max) != (bound.least, bound.most), f"the model knows {path}"
