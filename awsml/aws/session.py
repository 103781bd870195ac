"""The door to AWS: one session, its clients, and every call that leaves through them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Protocol

from awsml import __version__
from awsml.aws.refusals import CREDENTIALS_HINT, EXPIRED_HINT, AwsNotSent, AwsSilent, refusal
from awsml.errors import BackendError

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 60.0
_ATTEMPTS = 5  # of a call that is safe to repeat
_POOL = 16  # connections kept to one service


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the credentials say we are."""

    account: str
    arn: str

    @property
    def partition(self) -> str:
        return self.arn.split(":")[1]


class Aws(Protocol):
    """What the rest of awsml may ask of AWS; operations by their API names."""

    @property
    def region(self) -> str: ...

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """A call that may be repeated: throttling and 5xx are retried."""
        ...

    def send_once(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """A call that must not be repeated unseen: sent exactly once."""
        ...

    def pages(
        self, service: str, operation: str, params: Mapping[str, Any], key: str
    ) -> Iterator[dict[str, Any]]:
        """The items under `key` of all pages."""
        ...

    def upload(self, content: IO[bytes], bucket: str, key: str) -> None: ...

    def identity(self) -> Identity: ...


class Session:
    """`Aws` over boto3; clients are made when first used, because each costs a tenth of a second.

    botocore's standard retries re-send on a 5xx, a dropped connection and a read timeout, which
    is a second paid job where the API takes no client token. So there are two clients of a
    service: one that repeats, and one that never does.
    """

    def __init__(
        self,
        profile: str | None = None,
        region: str | None = None,
        endpoint_url: str | None = None,
        *,
        read_seconds: float = _READ_SECONDS,
        attempts: int = _ATTEMPTS,
        pool: int = _POOL,
    ) -> None:
        self._profile = profile
        self._region = region
        self._endpoint_url = endpoint_url
        self._read_seconds = read_seconds
        self._attempts = attempts
        self._pool = pool
        self._boto: Any = None
        self._clients: dict[tuple[str, str | None, bool], Any] = {}
        self._identity: Identity | None = None

    @property
    def region(self) -> str:
        region = self._region or self._session().region_name
        if not region:
            raise AwsNotSent(
                "no AWS region is set",
                hint="write it before the command, `awsml --region us-east-1 …`, or set "
                "AWS_DEFAULT_REGION; `region:` of a scenario counts where one is read",
                slug="aws-no-region",
            )
        return str(region)

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        return self._send(self.client(service), operation, params)

    def send_once(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        return self._send(self.client(service, once=True), operation, params)

    def pages(
        self, service: str, operation: str, params: Mapping[str, Any], key: str
    ) -> Iterator[dict[str, Any]]:
        client = self.client(service)
        with translated(operation):
            paginator = client.get_paginator(_method(operation))
            for page in paginator.paginate(**params):
                yield from page.get(key, ())

    def upload(self, content: IO[bytes], bucket: str, key: str) -> None:
        client = self.client("s3")
        with translated("PutObject"):
            client.upload_fileobj(content, bucket, key)

    def identity(self) -> Identity:
        if self._identity is None:
            answer = self.call("sts", "GetCallerIdentity", {})
            self._identity = Identity(answer["Account"], answer["Arn"])
        return self._identity

    def client(self, service: str, *, once: bool = False, region: str | None = None) -> Any:
        """The boto3 client of a service, kept for the next call."""
        key = (service, region, once)
        if key not in self._clients:
            with translated(f"the client of {service}"):
                self._clients[key] = self._make_client(service, once, region or self.region)
        return self._clients[key]

    def _make_client(self, service: str, once: bool, region: str) -> Any:
        from botocore.config import Config

        config = Config(
            user_agent_extra=f"awsml/{__version__}",
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=self._read_seconds,
            max_pool_connections=self._pool,
            retries={"mode": "standard", "total_max_attempts": 1 if once else self._attempts},
        )
        try:
            return self._session().client(
                service, region_name=region, endpoint_url=self._endpoint_url, config=config
            )
        except ValueError as error:
            raise AwsNotSent(
                f"no client of {service} can be made: {error}",
                hint="write --endpoint-url (or AWS_ENDPOINT_URL) like `http://127.0.0.1:9000`",
            ) from error

    def _session(self) -> Any:
        if self._boto is None:
            import boto3

            with translated("the session"):
                self._boto = boto3.session.Session(profile_name=self._profile)
        return self._boto

    def _send(self, client: Any, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        with translated(operation):
            answer: dict[str, Any] = getattr(client, _method(operation))(**params)
        answer.pop("ResponseMetadata", None)
        return answer


@contextmanager
def translated(operation: str) -> Iterator[None]:
    """botocore's exceptions to awsml's, by what they tell about the outcome of a call."""
    from botocore import exceptions
    from botocore.parsers import ResponseParserError

    never_sent = (
        exceptions.EndpointConnectionError,
        exceptions.ConnectTimeoutError,
        exceptions.ProxyConnectionError,
    )
    in_doubt = (
        exceptions.HTTPClientError,
        exceptions.IncompleteReadError,
        exceptions.SSLError,
        ResponseParserError,
    )
    try:
        yield
    except exceptions.ClientError as error:
        raise _from_answer(error, operation) from error
    except never_sent as error:
        raise AwsNotSent(
            f"cannot reach AWS for {operation}: {error}",
            hint="check the network, the proxy and the region",
            slug="aws-unreachable",
        ) from error
    except in_doubt as error:
        raise AwsSilent(f"no answer from AWS to {operation}: {error}") from error
    except exceptions.BotoCoreError as error:
        raise _from_this_machine(error, operation) from error


def _from_answer(error: Any, operation: str) -> BackendError:
    answer = error.response.get("Error", {})
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code, detail = str(answer.get("Code", "")), str(answer.get("Message", ""))
    refused = refusal(code, detail, operation)
    # A 503 that says "slow down" is a refusal; any other 5xx tells nothing about the outcome.
    if status >= 500 and refused.slug != "aws-throttled":
        return AwsSilent(f"AWS broke on {operation}: {code} {detail}".rstrip())
    return refused


def _from_this_machine(error: Any, operation: str) -> AwsNotSent:
    from botocore import exceptions

    if isinstance(error, exceptions.ProfileNotFound):
        return AwsNotSent(str(error), hint="`aws configure list-profiles`", slug="aws-credentials")
    sign_in = (
        exceptions.SSOError,
        exceptions.TokenRetrievalError,
        exceptions.CredentialRetrievalError,
        exceptions.LoginError,
    )
    if isinstance(error, sign_in):
        return AwsNotSent(
            f"the AWS sign-in is not valid: {error}",
            hint=EXPIRED_HINT,
            slug="aws-credentials-expired",
        )
    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return AwsNotSent(
            "no AWS credentials were found",
            hint=CREDENTIALS_HINT,
            slug="aws-credentials",
        )
    return AwsNotSent(f"{operation} was not sent: {error}")


def _method(operation: str) -> str:
    from botocore import xform_name

    return str(xform_name(operation))
