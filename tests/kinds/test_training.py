"""A training scenario compiles to the request that AWS documents, with origins."""

import json

from awsml.kinds.training.code import LAUNCHER, toolkit_value
from awsml.plan import Ref, Source
from tests.kinds.planning import BASE, params, planned, with_lines


def test_input_mode_is_written_on_every_channel() -> None:
    text = with_lines(
        "inputs:",
        "  train: {from: 's3://acme-data/train/', mode: pipe}",
        "  test: {from: 's3://acme-data/test/', mode: fastfile}",
    )
    request = params(text)
    assert [channel["InputMode"] for channel in request["InputDataConfig"]] == ["Pipe", "FastFile"]
    assert request["AlgorithmSpecification"]["TrainingInputMode"] == "File"


def test_a_short_channel_is_a_prefix() -> None:
    channel = params(with_lines("inputs: {train: s3://acme-data/train/}"))["InputDataConfig"][0]
    assert channel["DataSource"]["S3DataSource"] == {
        "S3DataType": "S3Prefix",
        "S3Uri": "s3://acme-data/train/",
        "S3DataDistributionType": "FullyReplicated",
    }


def test_every_form_of_a_channel_reaches_the_request() -> None:
    text = with_lines(
        "inputs:",
        "  train:",
        "    from: s3://acme-data/train.manifest",
        "    mode: pipe",
        "    type: augmented-manifest",
        "    attributes: [source-ref, label]",
        "    content_type: application/x-recordio",
        "    compression: gzip",
        "    wrapper: recordio",
        "    shuffle: 7",
        "    distribution: sharded",
    )
    assert params(text)["InputDataConfig"][0] == {
        "ChannelName": "train",
        "DataSource": {
            "S3DataSource": {
                "S3DataType": "AugmentedManifestFile",
                "S3Uri": "s3://acme-data/train.manifest",
                "S3DataDistributionType": "ShardedByS3Key",
                "AttributeNames": ["source-ref", "label"],
            }
        },
        "InputMode": "Pipe",
        "ContentType": "application/x-recordio",
        "CompressionType": "Gzip",
        "RecordWrapperType": "RecordIO",
        "ShuffleConfig": {"Seed": 7},
    }


def test_a_file_system_is_a_file_channel() -> None:
    text = with_lines(
        "inputs: {train: {file_system: {id: fs-0123456789abcdef0, type: fsx, path: /abcd/train}}}",
        "network: {subnets: [subnet-1], security_groups: [sg-1]}",
    )
    request = params(text)
    channel = request["InputDataConfig"][0]
    assert channel["InputMode"] == "File"
    assert channel["DataSource"]["FileSystemDataSource"]["FileSystemType"] == "FSxLustre"
    assert request["VpcConfig"] == {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}


def test_framework_code_goes_through_the_toolkit() -> None:
    hyperparameters = params(with_lines("hyperparameters: {lr: 1e-3, name: abc, deep: true}"))[
        "HyperParameters"
    ]
    assert hyperparameters["lr"] == "1e-3"
    assert hyperparameters["name"] == '"abc"'
    assert hyperparameters["deep"] == "true"
    assert hyperparameters["sagemaker_program"] == '"train.py"'
    assert Ref("code", "src") in hyperparameters["sagemaker_submit_directory"].parts


def test_the_toolkit_reads_back_what_was_typed() -> None:
    for typed in ("0.1", "abc", "true", "a b", '{"x": 1}', "012345", "", "1e-3", "~"):
        decoded = json.loads(toolkit_value(typed))
        assert decoded == typed or toolkit_value(typed) == typed


def test_an_own_image_runs_the_script_from_a_channel() -> None:
    text = with_lines(
        'image: {uri: "111122223333.dkr.ecr.us-east-1.amazonaws.com/own:1"}',
        "hyperparameters: {lr: 0.10}",
    )
    request = params(text)
    algorithm = request["AlgorithmSpecification"]
    assert algorithm["ContainerEntrypoint"] == ["python3"]
    assert algorithm["ContainerArguments"] == ["/opt/ml/input/data/code/train.py", "--lr", "0.10"]
    code = request["InputDataConfig"][-1]
    assert (code["ChannelName"], code["InputMode"]) == ("code", "File")
    assert code["DataSource"]["S3DataSource"]["S3Uri"] == Ref("data:code", "src")


def test_torchrun_on_an_own_image_fits_the_argument_limit() -> None:
    text = with_lines(
        'image: {uri: "111122223333.dkr.ecr.us-east-1.amazonaws.com/own:1"}',
        "distribution: torchrun",
    )
    arguments = params(text)["AlgorithmSpecification"]["ContainerArguments"]
    assert arguments[0] == "-c"
    assert arguments[-1] == "/opt/ml/input/data/code/train.py"
    assert all(len(part) <= 256 for part in LAUNCHER)
    compile(LAUNCHER[1], "launcher", "exec")


def test_torchrun_on_a_framework_image_is_the_toolkit_s() -> None:
    hyperparameters = params(with_lines("distribution: torchrun"))["HyperParameters"]
    assert hyperparameters["sagemaker_torch_distributed_enabled"] == "true"


def test_fallbacks_are_instance_preferences() -> None:
    text = with_lines("compute: {instance: ml.g5.2xlarge, count: 2, fallback: [ml.g6.2xlarge]}")
    resources = params(text)["ResourceConfig"]
    assert resources["InstancePreferences"] == [
        {"InstanceType": "ml.g5.2xlarge", "InstanceCount": 2},
        {"InstanceType": "ml.g6.2xlarge", "InstanceCount": 2},
    ]
    assert "InstanceType" not in resources


def test_fallbacks_are_not_sent_with_spot() -> None:
    text = with_lines(
        "compute: {instance: ml.g5.2xlarge, fallback: [ml.g6.2xlarge]}",
        "spot: {max_wait: 30h, checkpoint: 's3://acme-data/ckpt/'}",
    )
    request = params(text)
    assert request["ResourceConfig"]["InstanceType"] == "ml.g5.2xlarge"
    assert "InstancePreferences" not in request["ResourceConfig"]
    assert request["EnableManagedSpotTraining"] is True
    assert request["StoppingCondition"]["MaxWaitTimeInSeconds"] == 108_000
    assert request["CheckpointConfig"] == {"S3Uri": "s3://acme-data/ckpt/"}


def test_raw_parameters_are_merged_last_and_say_so() -> None:
    work = planned(
        with_lines(
            "aws:",
            "  CreateTrainingJob:",
            "    RetryStrategy: {MaximumRetryAttempts: 2}",
            "    ResourceConfig: {VolumeKmsKeyId: alias/key, VolumeSizeInGB: null}",
        )
    )
    call = work.plan.calls[0]
    assert call.params["RetryStrategy"] == {"MaximumRetryAttempts": 2}
    assert "VolumeSizeInGB" not in call.params["ResourceConfig"]
    assert call.params["ResourceConfig"]["InstanceType"] == "ml.g5.2xlarge"
    origin = call.origin("RetryStrategy.MaximumRetryAttempts")
    assert origin is not None
    assert origin.source is Source.RAW
    assert origin.place is not None
    assert origin.place.line == 13


def test_every_parameter_has_an_origin_in_the_file() -> None:
    work = planned(BASE)
    call = work.plan.calls[0]
    instance = call.origin("ResourceConfig.InstanceType")
    assert instance is not None
    assert instance.place is not None
    assert (instance.field, instance.place.line, instance.place.column) == (
        "compute.instance",
        7,
        21,
    )
    built_in = call.origin("AlgorithmSpecification.TrainingInputMode")
    assert built_in is not None
    assert built_in.source is Source.BUILT_IN


def test_a_missing_role_and_region_are_known_later() -> None:
    text = with_lines("role: ''").replace("region: us-east-1\n", "")
    request = params(text)
    assert request["RoleArn"] == Ref("role")
    assert request["AlgorithmSpecification"]["TrainingImage"] == Ref("image")


def test_a_mistyped_region_names_the_known_ones() -> None:
    text = with_lines("region: us-esat-1")
    (found,) = [f for f in planned(text).report.findings if f.slug == "unknown-region"]
    assert found.field == "region" and found.place is not None
    assert (found.hint or "").startswith("did you mean `us-east-1`? known: af-south-1,")
    assert found.level == "error", "a run on this machine needs no region"


def test_complaints_of_compiling_reach_the_report() -> None:
    text = with_lines('image: {framework: pytorch, version: "9.9"}')
    (found,) = [f for f in planned(text).report.findings if f.slug == "no-image"]
    assert found.field == "image.framework" and "2.10" in (found.hint or "")
