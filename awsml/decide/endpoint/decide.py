"""Everything decided about an endpoint: what starves it, on what it should run, what scales it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from awsml.decide.decision import Decision, Grounds
from awsml.decide.endpoint.architecture import architecture_advice
from awsml.decide.endpoint.candidates import Row, candidate_row, candidate_rows
from awsml.decide.endpoint.case import Case, case_of
from awsml.decide.endpoint.diagnosis import bottleneck_advice, bottleneck_of
from awsml.decide.endpoint.fleet import at_the_peak
from awsml.decide.endpoint.instance import instance_advice
from awsml.decide.endpoint.modes import serving_mode_advice
from awsml.decide.endpoint.standing import carrying, scaling_choice, standing_findings, with_running
from awsml.estimate.cost import EndpointBill, endpoint_cost
from awsml.estimate.endpoint import gb_per_month
from awsml.finding import Finding
from awsml.report import Cost
from awsml.workload.endpoint import EndpointWorkload


def decide(spec: Any, workload: EndpointWorkload, grounds: Grounds) -> Decision:
    """The contract of awsml.decide for kind endpoint."""
    case = case_of(workload, grounds)
    now = candidate_row(workload.instance, case)
    choices = scaling_choice(case, now)
    case = with_running(case, choices)
    findings = (*case.findings, *_standing(spec, case, now))
    if not grounds.advise:
        return Decision(choices=choices, cost=_cost(case), findings=findings)
    found = bottleneck_of(case)
    rows = candidate_rows(case)
    advice = (
        bottleneck_advice(case, found),
        instance_advice(case, rows, found.name),
        architecture_advice(carrying(case, now), rows),
        serving_mode_advice(carrying(case, now), now),
    )
    return Decision(
        choices=choices,
        advice=tuple(each for each in advice if each is not None),
        cost=_cost(case),
        blocks={"diagnosis": found.as_json(), "candidates": [row.as_json() for row in rows]},
        findings=findings,
    )


def _standing(spec: Any, case: Case, now: Row) -> Iterator[Finding]:
    """Nothing of it holds for an endpoint that raw parameters turn into an asynchronous one."""
    raw = spec.aws.get("CreateEndpointConfig")
    if not (isinstance(raw, Mapping) and raw.get("AsyncInferenceConfig")):
        yield from standing_findings(case, now)


def _cost(case: Case) -> Cost:
    work = case.work
    return endpoint_cost(
        EndpointBill(
            instance=work.instance,
            region=case.region,
            running=case.running,
            most=max(work.count, work.most or 0),
            load=_load(case),
            volume_gib=work.volume_gib,
            gb_per_month=gb_per_month(work),
        )
    )


def _load(case: Case) -> str | None:
    """What the number of instances follows, where something scales them."""
    work = case.work
    if work.most is None:
        return None
    return (
        f"the {work.count} it starts with" if case.fleet is None else at_the_peak(case, case.fleet)
    )
