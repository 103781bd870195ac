"""Why an object could not be read or written, in S3's own words."""

from __future__ import annotations

from awsml.errors import AwsmlError

# S3's error code -> HTTP status.
_STATUS = {
    "AccessDenied": 403,
    "NoSuchBucket": 404,
    "NoSuchKey": 404,
    "NoSuchUpload": 404,
    "BucketAlreadyOwnedByYou": 409,
    "BucketNotEmpty": 409,
    "MethodNotAllowed": 405,
    "PreconditionFailed": 412,
    "InvalidRange": 416,
    "InternalError": 500,
    "NotImplemented": 501,
    "SlowDown": 503,
    "MissingContentLength": 411,
}
# What whoever asked can put right by asking differently; the rest is the store's doing.
_MISTAKES = frozenset(
    ("NoSuchBucket", "NoSuchKey", "InvalidBucketName", "InvalidURI", "KeyTooLongError")
)


class ObjectError(AwsmlError):
    """A refusal with S3's code, so that a server can repeat it and a person can read it."""

    slug = "object-store"

    def __init__(self, code: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.exit_code = 2 if code in _MISTAKES else 3

    @property
    def status(self) -> int:
        return _STATUS.get(self.code, 400)


class DataError(AwsmlError):
    """A channel's data that cannot be delivered as the request asks."""

    exit_code = 3
    slug = "channel-data"
