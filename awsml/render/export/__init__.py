"""A plan as code that sends the same requests: shell, boto3, or the SageMaker SDK."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from awsml.plan import Plan
from awsml.render.export.python import boto3_text
from awsml.render.export.sdk import sdk_text
from awsml.render.export.shell import shell_text

EXPORTS: Mapping[str, Callable[[Plan], str]] = {
    "cli": shell_text,
    "boto3": boto3_text,
    "sdk": sdk_text,
}
