"""Which image a machine gets, when it gets none, and what the SageMaker SDK says of the same."""

from __future__ import annotations

import functools
import importlib
import logging

import pytest

from awsml import catalog
from awsml.catalog import Image, NoImage
from awsml.catalog.tables import current

HOST = "763104351884.dkr.ecr.us-east-1.amazonaws.com"


def uri(*words: str, **more: str) -> str:
    found = catalog.image(*words, **more)  # type: ignore[arg-type]
    assert isinstance(found, Image), found
    return found.uri


def none(*words: str | None, **more: str) -> NoImage:
    found = catalog.image(*words, **more)  # type: ignore[arg-type]
    assert isinstance(found, NoImage), found
    return found


@pytest.mark.parametrize(
    ("framework", "version", "machine", "use", "image"),
    [
        ("pytorch", "2.10", "ml.g5.2xlarge", "training", "pytorch-training:2.10-gpu-py313"),
        ("pytorch", "2.10", "ml.m5.xlarge", "training", "pytorch-training:2.10-cpu-py313"),
        ("pytorch", "2.13", "ml.g5.2xlarge", "training", "pytorch:2.13-cu133-amzn2023-sagemaker"),
        ("pytorch", "2.13", "g5.2xlarge", "batch", "pytorch:2.13-cu133-amzn2023"),
        ("pytorch", "2.10", "g5.xlarge", "batch",
         "pytorch-training:2.10.0-gpu-py313-cu130-ubuntu22.04-ec2"),
        ("tensorflow", "2.21", "g5.xlarge", "batch",
         "tensorflow-training:2.21.0-gpu-py312-cu129-amzn2023-sagemaker"),
        ("tensorflow", "2.19", "ml.g5.xlarge", "inference", "tensorflow-inference:2.19-gpu"),
        ("pytorch", "2.6", "ml.c5.xlarge", "inference", "pytorch-inference:2.6-cpu-py312"),
    ],
)  # fmt: skip
def test_an_image_by_framework_machine_and_use(
    framework: str, version: str, machine: str, use: str, image: str
) -> None:
    assert uri(framework, version, "us-east-1", machine, use) == f"{HOST}/{image}"


def test_a_batch_image_of_a_version_without_one_says_what_it_takes_instead() -> None:
    found = catalog.image("tensorflow", "2.21", "us-east-1", "g5.2xlarge", "batch")
    assert isinstance(found, Image) and found.platform == "sagemaker"
    assert "no EC2 image" in found.notes[0]


def test_a_mistyped_gpu_type_gets_no_cpu_image() -> None:
    refused = none("pytorch", "2.10", "us-east-1", "ml.g5.2xlarg")
    assert "`ml.g5.2xlarg`" in refused.reason and "`ml.g5.2xlarge`" in refused.hint


@pytest.mark.parametrize(
    "machine", ["ml.c6g.xlarge", "ml.trn1.2xlarge", "ml.inf2.xlarge", "g5g.xlarge"]
)
def test_machines_of_another_architecture_get_none(machine: str) -> None:
    none("pytorch", "2.6", "us-east-1", machine)


def test_an_unknown_version_names_the_known_ones() -> None:
    assert "2.10" in none("pytorch", "9.9", "us-east-1", "ml.g5.xlarge").hint
    assert "leave the version out" in none("blazingtext", "7", "us-east-1", "ml.m5.xlarge").hint


def test_the_latest_version_is_the_newest_by_its_number() -> None:
    for version in (None, "latest"):
        found = catalog.image("xgboost", version, "us-east-1", "ml.m5.xlarge")
        assert isinstance(found, Image) and found.uri.endswith("sagemaker-xgboost:3.2-0")


def test_built_in_algorithms_are_not_for_batch() -> None:
    assert "SageMaker only" in none("kmeans", None, "us-east-1", "m5.xlarge", "batch").reason


def test_an_unknown_or_missing_region_gets_none() -> None:
    assert "us-east" in none("pytorch", "2.10", "us-east-9", "ml.g5.xlarge").hint
    assert "region" in none("pytorch", "2.10", None, "ml.g5.xlarge").reason


def test_china_has_a_domain_of_its_own() -> None:
    assert uri("pytorch", "2.6", "cn-north-1", "ml.g5.xlarge").startswith(
        "727897471807.dkr.ecr.cn-north-1.amazonaws.com.cn/"
    )


def test_the_dates_of_patches_are_known_from_the_uri() -> None:
    found = catalog.published(f"{HOST}/pytorch-training:2.6-gpu-py312")
    assert found is not None and found.end_of_patch == "2026-01-29" and "2.13" in found.newer
    public = catalog.published(
        "public.ecr.aws/deep-learning-containers/pytorch:2.13-cu133-amzn2023"
    )
    assert public is not None and (public.platform, public.cuda) == ("ec2", "cu133")


def test_an_older_version_ended_no_later_than_the_oldest_dated_one() -> None:
    found = catalog.published(f"{HOST}/pytorch-training:1.13-gpu-py39")
    assert found is not None and found.end_of_patch == "2026-01-29" and found.fact is None


def test_images_of_others_are_not_judged() -> None:
    assert (
        catalog.published("111122223333.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6")
        is None
    )
    assert catalog.published("docker.io/library/python:3.11") is None


@pytest.mark.parametrize(
    ("cuda", "machine", "word"),
    [
        ("cu130", "p3dn.24xlarge", "no longer supports"),
        ("cu129", "p3dn.24xlarge", "no longer supports"),
        ("cu126", "p6-b200.48xlarge", "does not support yet"),
        ("cu126", "g7e.2xlarge", "does not support yet"),
        ("cu126", "g5.xlarge", None),
        ("cu133", "g4dn.xlarge", None),
        ("cu130", "m5.large", None),
    ],
)
def test_new_images_and_old_gpus(cuda: str, machine: str, word: str | None) -> None:
    one = catalog.instance(machine)
    assert one is not None
    found = catalog.misfit("pytorch", cuda, one)
    assert (word in found.reason) if word and found else (found is None and word is None)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("torch", "pytorch"),
        ("scikit-learn", "sklearn"),
        ("linear-lerner", "linear-learner"),
        ("tensorflw", "tensorflow"),
        ("nothing-like-it", None),
    ],
)
def test_the_name_that_was_meant_is_named(name: str, meant: str | None) -> None:
    found = catalog.image(name, "1", "us-east-1", "ml.g5.xlarge")
    assert isinstance(found, NoImage) and found.meant == meant
    assert meant is None or found.hint == f"did you mean `{meant}`?"


def test_the_sdk_is_not_asked_about_a_typo() -> None:
    assert isinstance(catalog.sdk_image("mxnet", "1.9.0", "us-east-1", "ml.bogus.xlarge"), NoImage)


# What the SDK calls an image of ours where the names differ.
PYTORCH_ON_AMAZON_LINUX = ("2.11", "2.12", "2.13", "2.14")


class Sdk:
    """The SageMaker SDK's image_uris, with its files read once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.uris = pytest.importorskip("sagemaker.core.image_uris")
        utilities = importlib.import_module("sagemaker.core.common_utils")
        for module, name in (
            (self.uris, "config_for_framework"),
            (utilities, "_botocore_resolver"),
        ):
            monkeypatch.setattr(module, name, functools.cache(getattr(module, name)))

    def uri(self, framework: str, region: str, **how: str) -> str | None:
        try:
            return str(self.uris.retrieve(framework, region, **how))
        except (ValueError, KeyError):
            return None

    def framework_uri(
        self, framework: str, version: str, region: str, machine: str, use: str
    ) -> str | None:
        more = {"version": version, "instance_type": machine, "image_scope": use}
        if framework == "huggingface":
            bases = self.uris.config_for_framework(framework)[use]["versions"][version]
            more["base_framework_version"] = [b for b in bases if b.startswith("pytorch")][-1]
        if framework == "pytorch" and version in PYTORCH_ON_AMAZON_LINUX:
            framework = "pytorch-amzn2023"
        return self.uri(framework, region, **more)


@pytest.fixture
def sdk(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Sdk:
    caplog.set_level(logging.ERROR)
    return Sdk(monkeypatch)


def regions_of_the_sdk() -> list[str]:
    return sorted({region for _, region in current().table("accounts")})


def test_every_image_is_the_sdks_own_in_every_region(sdk: Sdk) -> None:
    """By version, use, device and region; where the SDK refuses, so does awsml."""
    agreed = 0
    for framework, version, use in current().table("images"):
        for machine in ("ml.g5.xlarge", "ml.m5.xlarge"):
            for region in regions_of_the_sdk():
                ours = catalog.image(framework, version, region, machine, use)
                theirs = sdk.framework_uri(framework, version, region, machine, use)
                ours_uri = ours.uri if isinstance(ours, Image) else None
                assert ours_uri == theirs, (framework, version, region, machine)
                agreed += theirs is not None
    assert agreed > 5000


def test_every_algorithm_has_the_sdks_image_in_every_region(sdk: Sdk) -> None:
    for one in catalog.algorithms():
        version = one.version if one.name == "xgboost" else None
        for region in regions_of_the_sdk():
            ours = catalog.image(one.name, version, region, "ml.m5.xlarge")
            how = {"version": version} if version else {}
            theirs = sdk.uri(one.name, region, **how)
            assert (ours.uri if isinstance(ours, Image) else None) == theirs, (one.name, region)
