"""Everything decided about an endpoint: what starves it, on what it should run, what scales it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsml.basis import Estimate
from awsml.decide.decision import Decision, Grounds
from awsml.decide.endpoint.architecture import architecture_advice
from awsml.decide.endpoint.candidates import Row, candidate_row, candidate_rows
from awsml.decide.endpoint.case import Case, case_of, constant
from awsml.decide.endpoint.diagnosis import bottleneck_advice, bottleneck_of
from awsml.decide.endpoint.instance import instance_advice
from awsml.decide.endpoint.latency import allowed_share
from awsml.decide.endpoint.modes import serving_mode_advice
from awsml.estimate.cost import EndpointBill, endpoint_cost
from awsml.estimate.endpoint import gb_per_month, in_flight
from awsml.kinds.kind import Choice
from awsml.report import Cost
from awsml.workload import EndpointWorkload


def decide(spec: Any, workload: EndpointWorkload, grounds: Grounds) -> Decision:
    """The contract of awsml.decide for kind endpoint."""
    case = case_of(workload, grounds)
    choices = dict(_scaling_target(case))
    if not grounds.advise:
        return Decision(choices=choices, cost=_cost(case), findings=case.findings)
    found = bottleneck_of(case)
    rows = candidate_rows(case)
    advice = (
        bottleneck_advice(case, found),
        instance_advice(case, rows),
        architecture_advice(case, rows),
        serving_mode_advice(case, rows[0]),
    )
    return Decision(
        choices=choices,
        advice=tuple(each for each in advice if each is not None),
        cost=_cost(case),
        blocks={"diagnosis": found.as_json(), "candidates": [row.as_json() for row in rows]},
        findings=case.findings,
    )


def _cost(case: Case) -> Cost:
    work = case.work
    return endpoint_cost(
        EndpointBill(
            instance=work.instance,
            region=case.region,
            count=work.count,
            lowest=work.fewest,
            highest=work.most,
            volume_gib=work.volume_gib,
            gb_per_month=gb_per_month(work),
        )
    )


def _scaling_target(case: Case) -> Mapping[str, Choice]:
    """MAX_RPS x SAFETY_FACTOR x 60, or the requests in flight at that rate."""
    if not case.work.target_open:
        return {}
    row: Row = candidate_row(case.work.instance, case)
    sustained: Estimate = row.sustained
    if not sustained.expected:
        return {}
    allowed = row.one and allowed_share(row.one, sustained, case)
    share = allowed or constant("scaling_safety_factor")
    rate = sustained.expected * share
    told = f"{share:.0%} of {sustained.expected:.3g} requests a second"
    latency = case.work.seen.latency_seconds
    if not case.work.scales_by_concurrency:
        choice = Choice(round(rate * 60, 1), f"{told}, by the minute")
    elif latency is None:
        return {}
    else:
        choice = Choice(round(max(1.0, in_flight(rate, latency)), 1), f"in flight at {told}")
    return {"autoscaling.target": choice}
