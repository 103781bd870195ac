"""A plan on another instance type, for where AWS lacks capacity of the first."""

from __future__ import annotations

from dataclasses import replace

from awsml.plan import Call, Plan


def has_preferences(plan: Plan) -> bool:
    resources = [call.params.get("ResourceConfig", {}) for call in plan.calls]
    return any("InstancePreferences" in resource for resource in resources)


def on_instance(plan: Plan, instance: str) -> Plan:
    """The plan with another instance type."""
    return replace(plan, calls=tuple(_call_on(call, instance) for call in plan.calls))


def _call_on(call: Call, instance: str) -> Call:
    resources = call.params.get("ResourceConfig")
    if not resources or "InstanceType" not in resources:
        return call
    return replace(
        call,
        params={**call.params, "ResourceConfig": {**resources, "InstanceType": instance}},
    )
