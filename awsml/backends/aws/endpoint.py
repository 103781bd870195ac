"""An endpoint on AWS, in the orders that AWS wants: made, changed under its scaling, taken down.

https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from awsml.aws.answers import found
from awsml.aws.session import Aws
from awsml.backends.aws.creation import CREATIONS, RUN_TAG
from awsml.backends.aws.endings import dropped_endings
from awsml.backends.aws.refs import Resolver
from awsml.backends.aws.remains import Remains
from awsml.backends.aws.submission import NameTaken, Submission
from awsml.backends.aws.uploads import send_all, uploads_of
from awsml.errors import BackendError, RunFailed
from awsml.events import Event, Note, PhaseChanged, Started
from awsml.plan import Plan
from awsml.store.run import Run
from awsml.store.runs import RunStore

IN_SERVICE = "InService"
_MOVING = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})
_NAMESPACE = {"ServiceNamespace": "sagemaker"}
_POLL_SECONDS = 15.0
_PATIENCE_SECONDS = 3600.0
# CreateEndpoint reads a store that lags behind CreateEndpointConfig.
_LOOKS = 5

Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class AwsEndpoints:
    """Endpoints of one account and region."""

    aws: Aws
    store: RunStore
    clock: Callable[[], float] = time.time
    sleep: Sleep = time.sleep

    def deploy(self, run: Run, plan: Plan) -> Iterator[Event]:
        """Make the endpoint, or change the one of that name that awsml made before."""
        yield Started(run.id, f"on AWS account {self._account()}, {self.aws.region}", plan.name)
        resolver = Resolver(self.aws, run.id, tuple(uploads_of(plan.calls)))
        yield from send_all(self.aws, plan.calls, resolver.uploads, resolver.default_bucket)
        params = {call.operation: resolver.call(call) for call in plan.calls}
        before = self.described(plan.name)
        if before is not None:
            self._refuse_foreign(before)
        old = before and self.config_of(before)
        for operation in ("CreateModel", "CreateEndpointConfig"):
            yield from self._sent(run, operation, params[operation])
        self._until_seen(params["CreateEndpointConfig"]["EndpointConfigName"])
        if before is None:
            yield from self._sent(run, "CreateEndpoint", params["CreateEndpoint"])
        else:
            yield from self._updated(run, before, old, params)
        self._remember(run, plan.name)
        yield from self._until_in_service(plan.name, params["CreateEndpoint"])
        yield from self._scaled(run, params)
        ending = params.get("CreateSchedule", {}).get("Name")
        yield from dropped_endings(self.aws, plan.name, kept=ending)
        yield from self._dropped(old)
        yield from Remains(self.aws, self.store).drop(run)

    def delete(self, name: str) -> Iterator[Event]:
        """Scaling, endpoint, configuration, models, what would have ended it. A configuration in
        use is never deleted."""
        described = self.described(name)
        if described is None:
            raise BackendError(
                f"there is no endpoint `{name}` in {self.aws.region}",
                hint="list them: awsml endpoint idle",
                slug="no-such-endpoint",
            )
        config = self.config_of(described)
        yield from self._unscaled(name)
        if described["EndpointStatus"] in _MOVING:
            yield from self._until_settled(name)
        self.aws.call("sagemaker", "DeleteEndpoint", {"EndpointName": name})
        yield PhaseChanged("Deleting", self.clock())
        self._until_gone(name)
        yield from self._dropped(config)
        yield from dropped_endings(self.aws, name)

    def described(self, name: str) -> Mapping[str, Any] | None:
        return found(self.aws, "sagemaker", "DescribeEndpoint", {"EndpointName": name})

    def config_of(self, described: Mapping[str, Any]) -> Mapping[str, Any] | None:
        query = {"EndpointConfigName": described["EndpointConfigName"]}
        return found(self.aws, "sagemaker", "DescribeEndpointConfig", query)

    def _account(self) -> str:
        return self.aws.identity().account

    def _refuse_foreign(self, described: Mapping[str, Any]) -> None:
        """Only what awsml made is changed."""
        query = {"ResourceArn": described["EndpointArn"]}
        tags = self.aws.pages("sagemaker", "ListTags", query, "Tags")
        if not any(tag["Key"] == RUN_TAG for tag in tags):
            raise NameTaken(
                f"`{described['EndpointName']}` exists on AWS already, and awsml did not make it",
                hint="choose another `name`",
            )

    def _sent(self, run: Run, operation: str, params: Mapping[str, Any]) -> Iterator[Event]:
        Submission(self.aws, self.store, run.id, self.sleep).send(operation, params)
        yield Note(f"AWS accepted {operation} {CREATIONS[operation].name(params)}")

    def _until_seen(self, config: str) -> None:
        for _ in range(_LOOKS):
            if found(
                self.aws, "sagemaker", "DescribeEndpointConfig", {"EndpointConfigName": config}
            ):
                return
            self.sleep(2.0)

    def _updated(
        self,
        run: Run,
        before: Mapping[str, Any],
        old: Mapping[str, Any] | None,
        params: Mapping[str, Mapping[str, Any]],
    ) -> Iterator[Event]:
        """UpdateEndpoint fails where it changes the type of a variant that scales, so the scaling
        goes first and comes back when the endpoint is in service again."""
        name = before["EndpointName"]
        if before["EndpointStatus"] in _MOVING:
            yield from self._until_settled(name)
        new = params["CreateEndpointConfig"]
        if _types(old) != _types(new) or "RegisterScalableTarget" not in params:
            yield from self._unscaled(name)
        change = {
            "EndpointName": name,
            "EndpointConfigName": new["EndpointConfigName"],
            "RetainAllVariantProperties": _types(old) == _types(new),
        }
        self.store.journal(run.id, "call UpdateEndpoint", params=change)
        self.aws.call("sagemaker", "UpdateEndpoint", change)
        yield Note(f"AWS accepted UpdateEndpoint {name}")

    def _until_in_service(self, name: str, wanted: Mapping[str, Any]) -> Iterator[Event]:
        """In service with the configuration that was asked for; a rollback is a failure."""
        described = yield from self._until_settled(name)
        status = described["EndpointStatus"]
        rolled_back = described["EndpointConfigName"] != wanted["EndpointConfigName"]
        if status == IN_SERVICE and not rolled_back:
            return
        reason = described.get("FailureReason") or f"its status is {status}"
        told = "was rolled back" if rolled_back else "is not in service"
        hint = f"awsml endpoint delete {name} --on aws" if status == "Failed" else None
        raise RunFailed(f"endpoint {name} {told}: {reason}", hint=hint, slug="endpoint-failed")

    def _until_settled(self, name: str) -> Any:
        """The description once its status no longer moves; a generator whose value that is."""
        told = ""
        end = self.clock() + _PATIENCE_SECONDS
        while self.clock() < end:
            described = self.described(name)
            if described is None:
                raise RunFailed(f"endpoint {name} is gone", slug="endpoint-failed")
            if described["EndpointStatus"] != told:
                told = described["EndpointStatus"]
                yield PhaseChanged(told, self.clock())
            if told not in _MOVING:
                return described
            self.sleep(_POLL_SECONDS)
        raise BackendError(
            f"endpoint {name} is still {told} after an hour",
            hint=f"aws sagemaker describe-endpoint --endpoint-name {name}",
            slug="endpoint-does-not-end",
        )

    def _until_gone(self, name: str) -> None:
        end = self.clock() + _PATIENCE_SECONDS
        while self.described(name) is not None:
            if self.clock() >= end:
                raise BackendError(
                    f"endpoint {name} is not deleted after an hour",
                    hint=f"aws sagemaker describe-endpoint --endpoint-name {name}",
                    slug="endpoint-does-not-end",
                )
            self.sleep(_POLL_SECONDS)

    def _scaled(self, run: Run, params: Mapping[str, Mapping[str, Any]]) -> Iterator[Event]:
        """Only an endpoint in service can be registered; the end is scheduled last."""
        services = {
            "RegisterScalableTarget": "application-autoscaling",
            "PutScalingPolicy": "application-autoscaling",
            "CreateSchedule": "scheduler",
        }
        for operation, service in services.items():
            if operation in params:
                self.store.journal(run.id, f"call {operation}", params=params[operation])
                self.aws.call(service, operation, params[operation])
                yield Note(f"AWS accepted {operation}")

    def _unscaled(self, name: str) -> Iterator[Event]:
        for target in self._targets(name):
            resource = {
                **_NAMESPACE,
                "ResourceId": target["ResourceId"],
                "ScalableDimension": target["ScalableDimension"],
            }
            for policy in self._policies(resource):
                self.aws.call(
                    "application-autoscaling",
                    "DeleteScalingPolicy",
                    {**resource, "PolicyName": policy["PolicyName"]},
                )
            self.aws.call("application-autoscaling", "DeregisterScalableTarget", resource)
            yield Note(f"{target['ResourceId']} no longer scales")

    def _targets(self, name: str) -> Sequence[Mapping[str, Any]]:
        config = self.described(name) or {}
        variants = [one["VariantName"] for one in config.get("ProductionVariants", ())]
        if not variants:
            return ()
        ids = [f"endpoint/{name}/variant/{variant}" for variant in variants]
        query = {**_NAMESPACE, "ResourceIds": ids}
        answer = self.aws.call("application-autoscaling", "DescribeScalableTargets", query)
        return list(answer["ScalableTargets"])

    def _policies(self, resource: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        answer = self.aws.call("application-autoscaling", "DescribeScalingPolicies", resource)
        return list(answer["ScalingPolicies"])

    def _dropped(self, config: Mapping[str, Any] | None) -> Iterator[Event]:
        """A configuration that nothing uses any more, and its models."""
        if config is None:
            return
        name = config["EndpointConfigName"]
        self.aws.call("sagemaker", "DeleteEndpointConfig", {"EndpointConfigName": name})
        models = {one["ModelName"] for one in config["ProductionVariants"] if "ModelName" in one}
        for model in sorted(models):
            self.aws.call("sagemaker", "DeleteModel", {"ModelName": model})
        yield Note(f"deleted the configuration {name} and its model")

    def _remember(self, run: Run, name: str) -> None:
        remote = {
            "operation": "CreateEndpoint",
            "name": name,
            "account": self._account(),
            "region": self.aws.region,
        }
        self.store.add_remote(run.id, remote)


def _types(config: Mapping[str, Any] | None) -> dict[str, str]:
    """Variant to instance type."""
    variants = config.get("ProductionVariants", ()) if config else ()
    return {one["VariantName"]: one.get("InstanceType", "") for one in variants}
