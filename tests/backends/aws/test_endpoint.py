"""The orders that AWS wants of an endpoint, against botocore's Stubber: each call in its turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from awsml import api
from awsml.api import Terms
from awsml.aws.session import Session
from awsml.backends.aws.endpoint import AwsEndpoints
from awsml.backends.aws.submission import NameTaken
from awsml.errors import AwsmlError, RunFailed
from awsml.kinds import INCLUDES, KINDS
from awsml.plan import Plan
from awsml.scenario.loader import load
from awsml.store.run import Draft, Run
from awsml.store.runs import RunStore

ARN = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/e"
NOW = datetime(2026, 11, 21)
SCENARIO = """
kind: endpoint
name: e
region: us-east-1
role: arn:aws:iam::111122223333:role/r
model:
  data: s3://acme/model.tar.gz
  image: {uri: "111122223333.dkr.ecr.us-east-1.amazonaws.com/m:1"}
compute: {instance: ml.g5.xlarge, count: 1}
"""
SCALED = "autoscaling: {min: 1, max: 4, target: 100}\n"


@dataclass
class Script:
    """Expected calls over all services, in one order; each takes its answer."""

    session: Session = field(default_factory=lambda: Session(None, "us-east-1"))
    order: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    stubs: dict[tuple[str, bool], Stubber] = field(default_factory=dict)

    def expect(
        self,
        service: str,
        operation: str,
        answer: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        once: bool = False,
    ) -> None:
        self.order.append(operation)
        self._stub(service, once).add_response(_method(operation), dict(answer or {}), params)

    def refuse(self, operation: str, text: str) -> None:
        self.order.append(operation)
        self._stub("sagemaker", False).add_client_error(
            _method(operation), "ValidationException", text, 400
        )

    def _stub(self, service: str, once: bool) -> Stubber:
        if (service, once) not in self.stubs:
            client = self.session.client(service, once=once)
            client.meta.events.register("before-parameter-build", self._note)
            stub = Stubber(client)
            stub.activate()
            self.stubs[(service, once)] = stub
        return self.stubs[(service, once)]

    def _note(self, model: Any, **_: Any) -> None:
        self.sent.append(model.name)

    def done(self) -> None:
        assert self.sent == self.order
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()


def _method(operation: str) -> str:
    from botocore import xform_name

    return str(xform_name(operation))


def plan_of(text: str, folder: Path) -> Plan:
    file = folder / "e.yaml"
    file.write_text(text)
    loaded = load(str(file), environ={}, kinds=KINDS, includes=INCLUDES)
    return api.plan(loaded.documents[0], Terms(target="aws", sending=True)).plan


@pytest.fixture
def script() -> Script:
    made = Script()
    made._stub("sts", False).add_response(
        "get_caller_identity", {"Account": "1" * 12, "Arn": "arn:aws:iam::1:user/u"}
    )
    made.order.append("GetCallerIdentity")
    return made


@pytest.fixture
def endpoints(script: Script, tmp_path: Path) -> Iterator[AwsEndpoints]:
    with RunStore(tmp_path / ".awsml") as store:
        ticks = iter(range(0, 10**6, 60))
        yield AwsEndpoints(script.session, store, lambda: float(next(ticks)), lambda _: None)


def run_of(endpoints: AwsEndpoints) -> Run:
    return endpoints.store.create(Draft("endpoint", "e", "aws"))


def described(status: str, config: str, **more: Any) -> dict[str, Any]:
    return {
        "EndpointName": "e",
        "EndpointArn": ARN,
        "EndpointConfigName": config,
        "EndpointStatus": status,
        "CreationTime": NOW,
        "LastModifiedTime": NOW,
        "ProductionVariants": [{"VariantName": "all"}],
        **more,
    }


def config_of(name: str, instance: str) -> dict[str, Any]:
    variant = {"VariantName": "all", "ModelName": name, "InstanceType": instance}
    return {
        "EndpointConfigName": name,
        "EndpointConfigArn": ARN.replace("endpoint/", "endpoint-config/"),
        "ProductionVariants": [variant],
        "CreationTime": NOW,
    }


def expect_new(script: Script, name: str) -> None:
    """The model and the configuration of this deployment."""
    model = {"ModelArn": ARN.replace("endpoint/", "model/")}
    config = {"EndpointConfigArn": ARN.replace("endpoint/", "endpoint-config/")}
    script.expect("sagemaker", "CreateModel", model, once=True)
    script.expect("sagemaker", "CreateEndpointConfig", config, once=True)
    script.expect("sagemaker", "DescribeEndpointConfig", config_of(name, "ml.g5.xlarge"))


def test_scaling_is_registered_only_when_the_endpoint_is_in_service(
    script: Script, endpoints: AwsEndpoints, tmp_path: Path
) -> None:
    run = run_of(endpoints)
    name = f"e-{run.id}"
    script.refuse("DescribeEndpoint", 'Could not find endpoint "arn".')
    expect_new(script, name)
    script.expect("sagemaker", "CreateEndpoint", {"EndpointArn": ARN}, once=True)
    script.expect("sagemaker", "DescribeEndpoint", described("Creating", name))
    script.expect("sagemaker", "DescribeEndpoint", described("InService", name))
    script.expect("application-autoscaling", "RegisterScalableTarget")
    script.expect("application-autoscaling", "PutScalingPolicy", {"PolicyARN": "p", "Alarms": []})
    script.expect("scheduler", "ListSchedules", {"Schedules": []})
    events = list(endpoints.deploy(run, plan_of(SCENARIO + SCALED, tmp_path)))
    script.done()
    assert any(getattr(event, "phase", None) == "InService" for event in events)


def test_a_new_type_takes_the_scaling_away_before_the_update(
    script: Script, endpoints: AwsEndpoints, tmp_path: Path
) -> None:
    run = run_of(endpoints)
    name = f"e-{run.id}"
    resource = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/e/variant/all",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    target = {**resource, "MinCapacity": 1, "MaxCapacity": 4, "RoleARN": "r", "CreationTime": NOW}
    script.expect("sagemaker", "DescribeEndpoint", described("InService", "old"))
    script.expect("sagemaker", "ListTags", {"Tags": [{"Key": "awsml:run", "Value": "x"}]})
    script.expect("sagemaker", "DescribeEndpointConfig", config_of("old", "ml.p3.2xlarge"))
    expect_new(script, name)
    script.expect("sagemaker", "DescribeEndpoint", described("InService", "old"))
    scaling = "application-autoscaling"
    script.expect(scaling, "DescribeScalableTargets", {"ScalableTargets": [target]})
    policy = {
        **resource,
        "PolicyARN": "p",
        "PolicyName": "keep",
        "PolicyType": "TargetTrackingScaling",
        "CreationTime": NOW,
    }
    script.expect(scaling, "DescribeScalingPolicies", {"ScalingPolicies": [policy]}, resource)
    script.expect(scaling, "DeleteScalingPolicy", {}, {**resource, "PolicyName": "keep"})
    script.expect(scaling, "DeregisterScalableTarget", {}, resource)
    change = {
        "EndpointName": "e",
        "EndpointConfigName": name,
        "RetainAllVariantProperties": False,
    }
    script.expect("sagemaker", "UpdateEndpoint", {"EndpointArn": ARN}, change)
    script.expect("sagemaker", "DescribeEndpoint", described("Updating", "old"))
    script.expect("sagemaker", "DescribeEndpoint", described("InService", name))
    script.expect(scaling, "RegisterScalableTarget")
    script.expect(scaling, "PutScalingPolicy", {"PolicyARN": "p", "Alarms": []})
    script.expect("scheduler", "ListSchedules", {"Schedules": []})
    script.expect("sagemaker", "DeleteEndpointConfig", {}, {"EndpointConfigName": "old"})
    script.expect("sagemaker", "DeleteModel", {}, {"ModelName": "old"})
    list(endpoints.deploy(run, plan_of(SCENARIO + SCALED, tmp_path)))
    script.done()


def test_the_same_type_keeps_its_capacity_and_its_scaling(
    script: Script, endpoints: AwsEndpoints, tmp_path: Path
) -> None:
    run = run_of(endpoints)
    name = f"e-{run.id}"
    script.expect("sagemaker", "DescribeEndpoint", described("InService", "old"))
    script.expect("sagemaker", "ListTags", {"Tags": [{"Key": "awsml:run", "Value": "x"}]})
    script.expect("sagemaker", "DescribeEndpointConfig", config_of("old", "ml.g5.xlarge"))
    expect_new(script, name)
    change = {"EndpointName": "e", "EndpointConfigName": ANY, "RetainAllVariantProperties": True}
    script.expect("sagemaker", "UpdateEndpoint", {"EndpointArn": ARN}, change)
    script.expect("sagemaker", "DescribeEndpoint", described("InService", name))
    script.expect("application-autoscaling", "RegisterScalableTarget")
    script.expect("application-autoscaling", "PutScalingPolicy", {"PolicyARN": "p", "Alarms": []})
    script.expect("scheduler", "ListSchedules", {"Schedules": []})
    script.expect("sagemaker", "DeleteEndpointConfig")
    script.expect("sagemaker", "DeleteModel")
    list(endpoints.deploy(run, plan_of(SCENARIO + SCALED, tmp_path)))
    script.done()


def test_a_rollback_is_a_failure_and_nothing_of_the_old_is_deleted(
    script: Script, endpoints: AwsEndpoints, tmp_path: Path
) -> None:
    run = run_of(endpoints)
    script.expect("sagemaker", "DescribeEndpoint", described("InService", "old"))
    script.expect("sagemaker", "ListTags", {"Tags": [{"Key": "awsml:run", "Value": "x"}]})
    script.expect("sagemaker", "DescribeEndpointConfig", config_of("old", "ml.g5.xlarge"))
    expect_new(script, f"e-{run.id}")
    script.expect("sagemaker", "DescribeEndpoint", described("InService", "old"))
    scaling = "application-autoscaling"
    script.expect(scaling, "DescribeScalableTargets", {"ScalableTargets": []})
    script.expect("sagemaker", "UpdateEndpoint", {"EndpointArn": ARN})
    script.expect("sagemaker", "DescribeEndpoint", described("RollingBack", "old"))
    last = described("InService", "old", FailureReason="the container does not start")
    script.expect("sagemaker", "DescribeEndpoint", last)
    with pytest.raises(RunFailed, match="rolled back: the container does not start"):
        list(endpoints.deploy(run, plan_of(SCENARIO, tmp_path)))
    script.done()


def test_an_endpoint_of_somebody_else_is_left_alone(
    script: Script, endpoints: AwsEndpoints, tmp_path: Path
) -> None:
    script.expect("sagemaker", "DescribeEndpoint", described("InService", "theirs"))
    script.expect("sagemaker", "ListTags", {"Tags": []})
    with pytest.raises(NameTaken):
        list(endpoints.deploy(run_of(endpoints), plan_of(SCENARIO, tmp_path)))
    script.done()


def test_it_is_taken_down_from_the_scaling_to_the_model(endpoints: AwsEndpoints) -> None:
    script = Script(endpoints.aws)  # type: ignore[arg-type]
    script.expect("sagemaker", "DescribeEndpoint", described("InService", "c"))
    script.expect("sagemaker", "DescribeEndpointConfig", config_of("c", "ml.g5.xlarge"))
    script.expect("sagemaker", "DescribeEndpoint", described("InService", "c"))
    scaling = "application-autoscaling"
    script.expect(scaling, "DescribeScalableTargets", {"ScalableTargets": []})
    script.expect("sagemaker", "DeleteEndpoint", {}, {"EndpointName": "e"})
    script.expect("sagemaker", "DescribeEndpoint", described("Deleting", "c"))
    script.refuse("DescribeEndpoint", 'Could not find endpoint "arn".')
    script.expect("sagemaker", "DeleteEndpointConfig", {}, {"EndpointConfigName": "c"})
    script.expect("sagemaker", "DeleteModel", {}, {"ModelName": "c"})
    script.expect("scheduler", "ListSchedules", {"Schedules": []}, {"NamePrefix": "e-ends-"})
    list(endpoints.delete("e"))
    script.done()


def test_time_to_live_without_a_role_is_refused_before_anything_is_sent(
    script: Script, endpoints: AwsEndpoints, tmp_path: Path
) -> None:
    with pytest.raises(AwsmlError, match="ttl-role"):
        list(endpoints.deploy(run_of(endpoints), plan_of(SCENARIO + "ttl: 8h\n", tmp_path)))
    assert script.sent == ["GetCallerIdentity"]
