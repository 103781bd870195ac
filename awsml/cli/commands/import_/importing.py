"""From requests that AWS carried out to a scenario that sends them again, checked by planning."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from awsml import api
from awsml.api import Terms
from awsml.cli.output import Output, as_json_text, say, write
from awsml.cli.project import Project
from awsml.errors import UsageError
from awsml.kinds import KINDS
from awsml.kinds.difference import raw_difference
from awsml.plan import Plan, as_json
from awsml.readers.described import request_of
from awsml.scenario.loader import load
from awsml.scenario.text import scenario_text

if TYPE_CHECKING:
    from awsml.aws.session import Session

Params = Mapping[str, Any]
Requests = Mapping[str, Params]  # by operation


@dataclass(frozen=True, slots=True)
class Importable:
    """A kind of job on AWS; `comparable` leaves out what a new run makes anew."""

    operations: tuple[str, ...]
    scenario_of: Callable[[Requests, str], dict[str, Any]]
    comparable: Callable[[Params], dict[str, Any]]


def sagemaker_job(
    noun: str, scenario_of: Callable[[Params, str | None], dict[str, Any]]
) -> Importable:
    """Of a job that one request of SageMaker makes."""
    operation, name = f"Create{noun}", f"{noun}Name"
    return Importable(
        (operation,),
        lambda requests, region: scenario_of(requests[operation], region),
        lambda params: {key: value for key, value in params.items() if key != name},
    )


def import_sagemaker_job(
    project: Project,
    noun: str,
    scenario_of: Callable[[Params, str | None], dict[str, Any]],
    name: str,
    outputs: Sequence[Output],
) -> None:
    """`awsml import training-job NAME` and its like."""
    from awsml.cli.session import session_of

    session = session_of(project)
    request = _sagemaker_request(session, noun, name)
    kind = sagemaker_job(noun, scenario_of)
    write_scenario(imported(kind, {f"Create{noun}": request}, session.region), name, outputs)


def _sagemaker_request(session: Session, noun: str, name: str) -> Params:
    described = session.call("sagemaker", f"Describe{noun}", {f"{noun}Name": name})
    arn = described[f"{noun}Arn"]
    tags = session.pages("sagemaker", "ListTags", {"ResourceArn": arn}, "Tags")
    own = [tag for tag in tags if not tag["Key"].startswith(("aws:", "awsml:"))]
    return request_of(f"sagemaker:Create{noun}", described) | ({"Tags": own} if own else {})


def imported(kind: Importable, requests: Requests, region: str) -> dict[str, Any]:
    """A scenario whose plan sends the requests; what has no field stands in its `aws:` block."""
    scenario = kind.scenario_of(requests, region)
    raw = _differences(kind, scenario, requests)
    if raw:
        scenario["aws"] = raw
    left = _differences(kind, scenario, requests)
    if left:
        names = sorted(name for difference in left.values() for name in difference)
        raise _not_importable(
            f"the scenario would not send these parameters as they are: {', '.join(names)}"
        )
    return scenario


def write_scenario(scenario: Mapping[str, Any], job: str, outputs: Sequence[Output]) -> None:
    writers = {
        "yaml": lambda _: scenario_text(scenario),
        "json": lambda _: as_json_text({"version": 1, "scenario": scenario}),
    }
    write(outputs, writers)
    say(f"the scenario compiles to the request of {job}; a run gets a name of its own")


def _differences(kind: Importable, scenario: Params, requests: Requests) -> dict[str, Any]:
    """What the requests have that the scenario's plan does not send, by operation."""
    plan = _planned(scenario)
    found = {}
    for operation in kind.operations:
        call = plan.call(operation)
        sent = kind.comparable(as_json(call.params)) if call else {}
        difference = raw_difference(sent, kind.comparable(requests[operation]))
        if difference:
            found[operation] = difference
    return found


def _planned(scenario: Params) -> Plan:
    """What a scenario sends, read back from its text."""
    loaded = load("imported.yaml", environ={}, text=scenario_text(scenario), kinds=KINDS)
    report = api.plan(loaded.documents[0], Terms(), loaded.findings).report
    if not report.plan.calls:
        said = "; ".join(finding.message for finding in report.findings)
        raise _not_importable(f"no scenario can say this request: {said}")
    return report.plan


def _not_importable(message: str) -> UsageError:
    hint = "keep it as a raw request: awsml validate --requests FILE"
    return UsageError(message, hint=hint, slug="not-importable")
