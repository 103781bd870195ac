"""What the shape check complains about, and that nothing makes it stumble."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from awsml.finding import Confidence, Level, NotChecked
from awsml.plan import Call, Ref, Text, Unknown
from awsml.requests.complaint import Complaint
from awsml.requests.shape import check_shape
from awsml.requests.table import known_apis

JOB: dict[str, Any] = {
    "TrainingJobName": "resnet-2026-11",
    "AlgorithmSpecification": {
        "TrainingImage": "111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:1",
        "TrainingInputMode": "File",
    },
    "RoleArn": "arn:aws:iam::111122223333:role/training",
    "InputDataConfig": [
        {
            "ChannelName": "train",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/train/"}},
        }
    ],
    "OutputDataConfig": {"S3OutputPath": "s3://b/out/"},
    "ResourceConfig": {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 50},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    "HyperParameters": {"lr": "0.1"},
}


def complaints(params: Any, api: str = "sagemaker:CreateTrainingJob") -> list[Complaint]:
    service, _, operation = api.partition(":")
    found = check_shape(Call(service, operation, params))
    return [one for one in found if isinstance(one, Complaint)]


def changed(path: str, value: Any) -> dict[str, Any]:
    """The valid job with one value set, or removed with Ellipsis."""
    job = copy.deepcopy(JOB)
    *outer, last = path.split(".")
    inner: Any = job
    for step in outer:
        inner = inner[int(step)] if step.isdigit() else inner.setdefault(step, {})
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return job


def slugs(path: str, value: Any) -> list[tuple[str, str]]:
    return [(one.slug, one.path) for one in complaints(changed(path, value))]


def test_a_valid_job_has_no_complaint() -> None:
    assert complaints(JOB) == []


def test_an_unknown_member_is_named_with_the_nearest_one() -> None:
    [one] = complaints(changed("ResourceConfig.InstanceTyp", "x"))
    assert (one.slug, one.path) == ("unknown-field", "ResourceConfig.InstanceTyp")
    assert one.hint is not None and "`InstanceType`" in one.hint


def test_a_member_in_another_case_is_recognised() -> None:
    [one] = complaints(changed("ResourceConfig.instance_type", "x"))
    assert one.hint == "did you mean `InstanceType`?"


def test_each_wrong_type_is_said() -> None:
    assert slugs("ResourceConfig.InstanceCount", "1") == [
        ("wrong-type", "ResourceConfig.InstanceCount")
    ]
    assert slugs("ResourceConfig.InstanceCount", True)[0][0] == "wrong-type"
    assert slugs("ResourceConfig.InstanceCount", 1.5)[0][0] == "wrong-type"
    assert slugs("HyperParameters.lr", 0.1) == [("wrong-type", "HyperParameters.lr")]
    assert slugs("InputDataConfig", {})[0] == ("wrong-type", "InputDataConfig")
    assert slugs("VpcConfig", None) == [("wrong-type", "VpcConfig")]
    assert slugs("EnableManagedSpotTraining", "true")[0][0] == "wrong-type"


def test_sagemaker_compares_enums_exactly() -> None:
    [one] = complaints(changed("AlgorithmSpecification.TrainingInputMode", "FILE"))
    assert one.slug == "enum-value"
    assert one.hint is not None and one.hint.startswith("did you mean `File`?")


def test_batch_compares_enums_without_case() -> None:
    definition = {"jobDefinitionName": "a", "type": "Container"}
    assert complaints(definition, "batch:RegisterJobDefinition") == []
    definition["type"] = "box"
    [one] = complaints(definition, "batch:RegisterJobDefinition")
    assert (one.slug, one.path) == ("enum-value", "type")


def test_a_name_of_the_wrong_form_names_the_character() -> None:
    [one] = complaints(changed("TrainingJobName", "my_job"))
    assert one.slug == "bad-name"
    assert one.hint is not None and one.hint.startswith("remove '_'")
    assert slugs("TrainingJobName", "a" * 64) == [("bad-name", "TrainingJobName")]


def test_a_value_of_the_wrong_form_is_said() -> None:
    assert slugs("RoleArn", "arn:aws:iam::1:role/x") == [("pattern-mismatch", "RoleArn")]


def test_numbers_and_sizes_have_limits() -> None:
    assert slugs("StoppingCondition.MaxRuntimeInSeconds", 0)[0][0] == "out-of-range"
    assert slugs("ResourceConfig.KeepAlivePeriodInSeconds", 21_601)[0][0] == "out-of-range"
    assert slugs("ResourceConfig.InstanceCount", -1) == slugs("ResourceConfig.InstanceCount", -5)
    assert len(slugs("ResourceConfig.InstanceCount", -1)) == 1


def test_a_job_on_no_instance_is_refused_though_the_model_takes_it() -> None:
    [one] = complaints(changed("ResourceConfig.InstanceCount", 0))
    assert (one.slug, one.path) == ("out-of-range", "ResourceConfig.InstanceCount")
    assert (one.hint, one.confidence) == ("use 1 or more", Confidence.INFERRED)


def test_bounds_that_no_model_has_hold_for_every_item() -> None:
    target = {"Id": "a", "Arn": "arn:aws:batch:us-east-1:111122223333:job-queue/q"}
    batch = {"JobDefinition": "d", "JobName": "n", "ArrayProperties": {"Size": 1}}
    params = {"Rule": "r", "Targets": [target, {**target, "BatchParameters": batch}]}
    found = [one for one in complaints(params, "events:PutTargets") if one.slug == "out-of-range"]
    assert [one.path for one in found] == ["Targets[1].BatchParameters.ArrayProperties.Size"]
    assert found[0].hint == "use 2 to 10000"
    assert slugs("HyperParameters", {str(i): "x" for i in range(101)})[0][0] == "length-limit"
    channels = [copy.deepcopy(JOB["InputDataConfig"][0]) for _ in range(21)]
    assert ("length-limit", "InputDataConfig") in slugs("InputDataConfig", channels)
    assert slugs("HyperParameters.lr", "x" * 2501)[0] == ("length-limit", "HyperParameters.lr")


def test_members_that_only_the_service_requires_are_missed() -> None:
    for name in ("AlgorithmSpecification", "ResourceConfig", "StoppingCondition"):
        assert slugs(name, ...) == [("missing-required", name)]
    assert slugs("ResourceConfig.InstanceType", ...) == [
        ("missing-required", "ResourceConfig.InstanceType")
    ]


def test_what_takes_the_place_of_a_required_member_is_known() -> None:
    preferences = {"InstancePreferences": [{"InstanceType": "ml.g5.xlarge", "InstanceCount": 1}]}
    assert slugs("ResourceConfig", preferences) == []
    serverless = {
        name: JOB[name] for name in ("TrainingJobName", "RoleArn", "OutputDataConfig")
    } | {
        "ServerlessJobConfig": {
            "BaseModelArn": "arn:aws:sagemaker:us-east-1:aws:hub-content/PublicHub/Model/m",
            "JobType": "FineTuning",
        }
    }
    assert complaints(serverless) == []


def test_a_type_newer_than_the_table_only_warns() -> None:
    processing = {
        "ProcessingJobName": "a",
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m99.xlarge",
                "VolumeSizeInGB": 10,
            }
        },
        "AppSpecification": {"ImageUri": "111122223333.dkr.ecr.us-east-1.amazonaws.com/a:1"},
        "RoleArn": "arn:aws:iam::111122223333:role/r",
    }
    [one] = complaints(processing, "sagemaker:CreateProcessingJob")
    assert (one.slug, one.level) == ("unknown-instance-type", Level.WARNING)
    assert one.hint is not None and "botocore" in one.hint


def test_values_known_later_are_not_complained_about() -> None:
    assert slugs("RoleArn", Ref("role")) == []
    assert slugs("OutputDataConfig.S3OutputPath", Text(("s3://", Ref("default-bucket")))) == []


def test_a_text_where_a_number_belongs_is_said() -> None:
    assert slugs("ResourceConfig.InstanceCount", Ref("count"))[0][0] == "wrong-type"


def test_an_unknown_value_is_not_checked_and_says_why() -> None:
    call = Call("sagemaker", "CreateTrainingJob", changed("RoleArn", Unknown("parameter Role")))
    assert list(check_shape(call)) == [NotChecked("request-shape", "parameter Role", "RoleArn")]


def test_an_operation_without_a_table_is_not_checked() -> None:
    [one] = check_shape(Call("sagemaker", "CreateTrainingJobs", {}))
    assert isinstance(one, NotChecked) and "near: sagemaker:CreateTrainingJob" in one.reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["ResourceConfig", "InstanceType", "Environment", "name", "Tags", "a.b"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=150)
@given(api=st.sampled_from(known_apis()), params=st.dictionaries(st.text(max_size=12), JSON))
def test_no_request_makes_it_stumble(api: str, params: dict[str, Any]) -> None:
    unknown = [one for one in complaints(params, api) if one.slug == "unknown-field"]
    assert {one.path for one in unknown} >= {key for key in params if "." in key}


@settings(max_examples=150)
@given(path=st.sampled_from(list(JOB)), value=JSON)
def test_a_value_replaced_by_anything_is_complained_about_below_it_only(
    path: str, value: Any
) -> None:
    job = {**JOB, path: value}
    for one in complaints(job):
        assert one.path == path or one.path.startswith((f"{path}.", f"{path}[")), one


@settings(max_examples=100)
@given(st.integers(), st.integers(1, 2_419_200))
def test_integers_are_accepted_exactly_within_their_range(keep: int, runtime: int) -> None:
    job = changed("ResourceConfig.KeepAlivePeriodInSeconds", keep)
    job["StoppingCondition"]["MaxRuntimeInSeconds"] = runtime
    assert bool(complaints(job)) == (not 0 <= keep <= 21_600)


def test_a_text_that_is_too_short_is_told_its_form() -> None:
    [one] = complaints(changed("RoleArn", "arn"))
    assert one.slug == "length-limit"
    assert one.hint is not None and one.hint.startswith("the form is arn:aws")


def test_a_place_without_its_scheme_is_given_one() -> None:
    [one] = complaints(changed("OutputDataConfig.S3OutputPath", "bucket/models"))
    assert one.hint == "write `s3://bucket/models`"
