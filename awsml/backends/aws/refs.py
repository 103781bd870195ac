"""What a plan leaves open until it is sent: account, role, bucket, code, data, earlier answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from awsml.aws.session import Aws
from awsml.backends.aws.uploads import Upload
from awsml.cron import at_time
from awsml.errors import UsageError
from awsml.plan import Call, Ref, Unknown, resolved, walk

# Longest names, from botocore's service models; where two differ the shorter one counts.
_LONGEST_NAME: Mapping[str, int] = {
    "TrainingJobName": 63,
    "HyperParameterTuningJobName": 32,
    "ModelName": 63,
    "EndpointConfigName": 63,
    "EndpointName": 63,
    "jobName": 128,
}


@dataclass
class Resolver:
    """Answers refs for one run; `answers` grows with each call that was sent."""

    aws: Aws
    run_id: str
    uploads: Sequence[Upload]
    answers: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    clock: Callable[[], float] = time.time

    @property
    def default_bucket(self) -> str:
        return f"sagemaker-{self.aws.region}-{self.aws.identity().account}"

    def call(self, call: Call) -> dict[str, Any]:
        """The parameters of a call as they will be sent."""
        for path, value in walk(call.params):
            if isinstance(value, Unknown):
                raise UsageError(
                    f"{path} of {call.operation} is not known: {value.reason}",
                    hint="set it in the scenario",
                    slug="plan-has-unknowns",
                )
        params: dict[str, Any] = resolved(call.params, self.answer)
        return {key: self._fitted(key, value) for key, value in params.items()}

    def answer(self, ref: Ref) -> str:
        if ref.path is not None:
            return self._uploaded(ref)
        if ref.name.startswith("in:"):
            return at_time(self.clock() + float(ref.name.removeprefix("in:")))
        if ref.name.startswith("output:"):
            return self._earlier(ref.name.removeprefix("output:"))
        simple = {
            "run": lambda: self.run_id,
            "account": lambda: self.aws.identity().account,
            "region": lambda: self.aws.region,
            "default-bucket": lambda: self.default_bucket,
        }
        if ref.name == "role":
            raise UsageError(
                "no role is set, and AWS needs one to run the job",
                hint="set `role: arn:aws:iam::ACCOUNT:role/NAME` in the scenario or awsml.yaml",
                slug="role-missing",
            )
        if ref.name not in simple:
            raise UsageError(
                f"the plan leaves `{ref.name}` open, and nothing decided it",
                hint="set it in the scenario",
                slug="plan-has-unknowns",
            )
        return simple[ref.name]()

    def _uploaded(self, ref: Ref) -> str:
        upload = next(upload for upload in self.uploads if upload.ref == ref)
        return upload.uri(self.default_bucket)

    def _earlier(self, name: str) -> str:
        operation, _, path = name.partition(".")
        value: Any = self.answers[operation]
        for step in path.split("."):
            value = value[step]
        return str(value)

    def _fitted(self, key: str, value: Any) -> Any:
        """A name shortened before its run id, so that it stays unique and is accepted."""
        longest = _LONGEST_NAME.get(key)
        if longest is None or len(value) <= longest or not value.endswith(self.run_id):
            return value
        room = longest - len(self.run_id) - 1
        return f"{value[:room].rstrip('-')}-{self.run_id}"
