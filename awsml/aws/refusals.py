"""What AWS says when it refuses, as errors with a hint that can be typed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from awsml.errors import BackendError


class AwsRefused(BackendError):
    """AWS answered, and the answer is no: nothing was created by this call."""

    slug = "aws-refused"

    def __init__(
        self, message: str, *, code: str, operation: str, detail: str, hint: str | None, slug: str
    ) -> None:
        super().__init__(message, hint=hint, slug=slug)
        self.code = code
        self.operation = operation
        self.detail = detail


class AwsSilent(BackendError):
    """No clear answer (a timeout, a cut connection, a 5xx): the call may have taken effect."""

    slug = "aws-no-answer"


class AwsNotSent(BackendError):
    """The call never left this machine: credentials, region, network or request shape."""

    slug = "aws-not-sent"


CREDENTIALS_HINT = "run `aws configure`, `aws sso login`, or set AWS_PROFILE; then `awsml doctor`"
EXPIRED_HINT = "run `aws sso login` (or fetch new keys) and repeat the command"
_CLOCK_HINT = "set this machine's clock (`timedatectl set-ntp true`)"
_THROTTLE_HINT = "wait a minute and repeat; fewer parallel calls help"
_TAKEN_HINT = "choose another `name`"

# Codes as the services write them: botocore's service models, the S3 error table
# (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html) and
# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
_SLUGS: Mapping[str, str] = {
    "AccessDenied": "aws-access-denied",
    "AccessDeniedException": "aws-access-denied",
    "UnauthorizedOperation": "aws-access-denied",
    "AllAccessDisabled": "aws-access-denied",
    "ExpiredToken": "aws-credentials-expired",
    "ExpiredTokenException": "aws-credentials-expired",
    "RequestExpired": "aws-credentials-expired",
    "InvalidClientTokenId": "aws-credentials",
    "UnrecognizedClientException": "aws-credentials",
    "InvalidAccessKeyId": "aws-credentials",
    "IncompleteSignature": "aws-credentials",
    "MissingAuthenticationToken": "aws-credentials",
    "AuthFailure": "aws-credentials",
    "OptInRequired": "aws-credentials",
    "SignatureDoesNotMatch": "aws-credentials",
    "InvalidSignatureException": "aws-credentials",
    "RequestTimeTooSkewed": "aws-clock",
    "RequestInTheFuture": "aws-clock",
    "Throttling": "aws-throttled",
    "ThrottlingException": "aws-throttled",
    "ThrottledException": "aws-throttled",
    "RequestThrottled": "aws-throttled",
    "RequestLimitExceeded": "aws-throttled",
    "TooManyRequestsException": "aws-throttled",
    "SlowDown": "aws-throttled",
    "ResourceLimitExceeded": "aws-quota",
    "LimitExceededException": "aws-quota",
    "ServiceQuotaExceededException": "aws-quota",
    "ResourceInUse": "aws-name-taken",
    "ConflictException": "aws-name-taken",
}
_HINTS: Mapping[str, str] = {
    "aws-credentials-expired": EXPIRED_HINT,
    "aws-credentials": CREDENTIALS_HINT,
    "aws-clock": _CLOCK_HINT,
    "aws-throttled": _THROTTLE_HINT,
    "aws-name-taken": _TAKEN_HINT,
}
_WHAT: Mapping[str, str] = {
    "aws-access-denied": "AWS denied {operation}",
    "aws-credentials-expired": "the AWS credentials have expired",
    "aws-credentials": "AWS does not know these credentials",
    "aws-clock": "this machine's clock is wrong for AWS",
    "aws-throttled": "AWS is throttling {operation}",
    "aws-quota": "a quota of this account stops {operation}",
    "aws-name-taken": "the name is taken",
}

_NOT_AUTHORISED = re.compile(
    r"(?P<who>arn:\S+) is not authorized to perform: (?P<action>[\w-]+:\w+)"
    r"(?: on resource: (?P<resource>\S+))?"
)
_CLOCK_WORDS = re.compile(r"Signature (expired|not yet current)")
_QUOTA = re.compile(
    r"account-level service limit '(?P<quota>[^']+)' is [\d.]+ \w+,"
    r" with current utilization of (?P<used>\d{1,12}(?:\.\d{1,12})?) \w+"
    r" and a request delta of (?P<asked>\d{1,12}(?:\.\d{1,12})?)"
)
# S3 and IAM name what is missing by code; the rest of AWS says ValidationException and a text.
_ABSENT_CODES = frozenset(
    {
        "404",
        "NoSuchBucket",
        "NoSuchEntity",
        "NoSuchKey",
        "NotFound",
        "ResourceNotFound",
        "ResourceNotFoundException",
        "NoSuchResourceException",
    }
)
_ABSENT_TEXTS = ("Requested resource not found", "Could not find")


def refusal(code: str, detail: str, operation: str) -> AwsRefused:
    """The error for an AWS error code and its message."""
    slug = _SLUGS.get(code, AwsRefused.slug)
    if _CLOCK_WORDS.search(detail):
        slug = "aws-clock"
    what = _WHAT.get(slug, "AWS refused {operation}").format(operation=operation)
    return AwsRefused(
        f"{what}: {detail.strip() or code}",
        code=code,
        operation=operation,
        detail=detail,
        hint=_hint(slug, detail),
        slug=slug,
    )


def is_absent(refused: AwsRefused) -> bool:
    """Whether a describe was refused because the thing does not exist.

    SageMaker answers ValidationException for that, and for true validation errors too: code and
    text both have to fit (https://github.com/aws/aws-sdk/issues/165).
    """
    if refused.code in _ABSENT_CODES:
        return True
    texts = refused.detail.startswith(_ABSENT_TEXTS)
    return refused.code == "ValidationException" and texts


def quota_command(quota: str, wanted: float) -> str:
    """The two commands that look up a SageMaker quota's code and ask for more of it."""
    return (
        "aws service-quotas list-service-quotas --service-code sagemaker --query"
        f" \"Quotas[?QuotaName=='{quota}'].QuotaCode\" --output text"
        " | xargs -I CODE aws service-quotas request-service-quota-increase"
        f" --service-code sagemaker --quota-code CODE --desired-value {wanted:g}"
    )


def _hint(slug: str, detail: str) -> str | None:
    quota = _QUOTA.search(detail)
    if quota:
        return quota_command(quota["quota"], float(quota["used"]) + float(quota["asked"]))
    denied = _NOT_AUTHORISED.search(detail)
    if denied:
        resource = f" on `{denied['resource']}`" if denied["resource"] else ""
        return f"allow `{denied['action']}`{resource} for `{denied['who']}`"
    return _HINTS.get(slug)
