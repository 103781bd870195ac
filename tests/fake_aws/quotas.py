"""Service Quotas: applied values, and defaults for what was never raised."""

from __future__ import annotations

from typing import Any

from tests.fake_aws.world import Operation, World, page


def set_quota(
    world: World, name: str, value: float, *, service: str = "sagemaker", applied: bool = True
) -> None:
    """A quota by name; `applied` False leaves it in the list of defaults only."""
    code = f"L-{abs(hash((service, name))) % 16**8:08X}"
    quota = {
        "ServiceCode": service,
        "QuotaName": name,
        "QuotaCode": code,
        "Value": value,
        "Adjustable": True,
    }
    world.put("", f"quota-{service}", name, {"quota": quota, "applied": applied})


def applied(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    found = world.all("", f"quota-{params['ServiceCode']}")
    return page([q["quota"] for q in found if q["applied"]], params, "Quotas", 100)


def defaults(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    found = world.all("", f"quota-{params['ServiceCode']}")
    return page([q["quota"] for q in found], params, "Quotas", 100)


OPERATIONS: dict[str, Operation] = {
    "ListServiceQuotas": applied,
    "ListAWSDefaultServiceQuotas": defaults,
}
