"""Whether an image is in its registry, for these credentials."""

from __future__ import annotations

import re

from awsml.aws.refusals import AwsRefused
from awsml.aws.session import Aws
from awsml.backends.aws.verdict import Check, failed, passed, unproven

_URI = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[\w-]+)\.[\w.]+/(?P<name>[^:@]+)"
    r"(?::(?P<tag>[^@]+))?(?:@(?P<digest>sha256:[0-9a-f]+))?"
)


def check_image(aws: Aws, uri: str) -> Check:
    """Asks ECR for the manifest, which is what the job's start asks too."""
    match = _URI.fullmatch(uri)
    if match is None:
        return unproven("image", f"{uri} is in no ECR registry, so AWS cannot be asked")
    if match["region"] != aws.region:
        says = f"{uri} is in {match['region']}, the job in {aws.region}"
        return failed("image", says, f"use the image of {aws.region}")
    wanted = {"imageDigest": match["digest"]} if match["digest"] else {"imageTag": _tag(match)}
    query = {
        "registryId": match["account"],
        "repositoryName": match["name"],
        "imageIds": [wanted],
    }
    try:
        answer = aws.call("ecr", "BatchGetImage", query)
    except AwsRefused as refused:
        if refused.code != "RepositoryNotFoundException":
            raise
        return failed("image", f"there is no repository {match['name']}", "correct `image.uri`")
    if answer.get("images"):
        return passed("image", f"{uri} is there")
    return failed("image", f"{uri} has no such tag", "correct the tag: `awsml catalog images`")


def _tag(match: re.Match[str]) -> str:
    return match["tag"] or "latest"
