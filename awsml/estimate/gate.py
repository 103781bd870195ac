"""The gate on dollars: above the limit, or not provable, is a finding."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from awsml.finding import Confidence, Finding, Level
from awsml.report import Cost
from awsml.units import format_usd

# What makes a job of a kind cheaper, in its own fields.
_CHEAPER = {
    "batch": "lower `timeout` or `retry.attempts`, name cheaper `compute.instances`",
    "endpoint": "choose a cheaper `compute.instance` or fewer of them",
}
_CHEAPER_JOB = "lower `limits.runtime`, choose a cheaper `compute.instance`"


def cost_gate(
    cost: Cost,
    limit_usd: Decimal,
    figure: str = "ceiling",
    field: str = "limits.cost",
    *,
    kind: str = "training",
    flag: str | None = None,
) -> Finding | None:
    """None where the figure (ceiling or expected) is known and within the limit.

    Unknown is not within: a limit that cannot be proven is not kept. `flag` is the option that
    set the limit, where it is not of the scenario.
    """
    amount = cost.ceiling if figure == "ceiling" else cost.usd.expected
    limit = format_usd(float(limit_usd))
    per = f" a {cost.per}" if cost.per != "run" else ""
    if amount is None:
        unproven = _finding(
            "cost-not-provable",
            f"the cost limit of {limit}{per} cannot be proven: {figure} {_why(cost, figure)}",
            _tell(cost, figure),
            field,
        )
        return replace(unproven, follows=True)
    if amount <= float(limit_usd):
        return None
    because = f" ({cost.ceiling_because})" if figure == "ceiling" and cost.ceiling_because else ""
    return _finding(
        "cost-above-limit",
        f"the {figure} is {format_usd(amount)}{per}{because}, above the limit of {limit}",
        f"{_CHEAPER.get(kind, _CHEAPER_JOB)}, or raise `{flag or field}`",
        field,
    )


def _finding(slug: str, message: str, hint: str, field: str) -> Finding:
    return Finding(
        slug=slug,
        level=Level.ERROR,
        message=message,
        hint=hint,
        confidence=Confidence.VERIFIED,
        field=field,
    )


def _why(cost: Cost, figure: str) -> str:
    if figure == "ceiling":
        return cost.ceiling_because or "unknown: nothing limits it"
    return "unknown: needs " + (", ".join(cost.usd.missing) or "more of the workload")


def _tell(cost: Cost, figure: str) -> str:
    if any(one.price.missing for one in cost.lines):
        return "run `awsml catalog refresh`, or choose a type and a region with a price"
    if figure == "ceiling" and cost.lines:
        return "set a time limit: `limits.runtime`, or `timeout` of a batch job"
    if figure == "ceiling":
        return "say what is missing in `workload`, and name machines with a price"
    return "say what is missing in `workload` and `inputs`, or gate on the ceiling"
