"""`awsml import`: a scenario from a job that is on AWS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from awsml import api
from awsml.api import Terms
from awsml.cli.import_batch import batch_job
from awsml.cli.output import Output, as_json_text, outputs_option, say, write
from awsml.cli.project import Project
from awsml.errors import UsageError
from awsml.kinds import KINDS
from awsml.kinds.difference import raw_difference
from awsml.kinds.training.reverse import scenario_of as training_scenario_of
from awsml.kinds.tuning.reverse import scenario_of as tuning_scenario_of
from awsml.plan import as_json
from awsml.readers.described import request_of
from awsml.scenario import load
from awsml.scenario.text import scenario_text


@dataclass(frozen=True, slots=True)
class Importable:
    """A kind of job on AWS: its noun in the API, and the scenario of its request."""

    noun: str
    scenario_of: Callable[[Mapping[str, Any], str | None], dict[str, Any]]

    @property
    def operation(self) -> str:
        return f"Create{self.noun}"

    @property
    def name(self) -> str:
        """The parameter that a new run makes anew."""
        return f"{self.noun}Name"


TRAINING = Importable("TrainingJob", training_scenario_of)
TUNING = Importable("HyperParameterTuningJob", tuning_scenario_of)


@click.group("import", epilog="Example: awsml import training-job NAME -o yaml=train.yaml")
def command() -> None:
    """Write a scenario from a job on AWS."""


@command.command("training-job", epilog="Example: awsml import training-job resnet-2026-05-01")
@click.argument("name")
@outputs_option("yaml", "json")
@click.pass_obj
def training_job(project: Project, name: str, outputs: Sequence[Output]) -> None:
    """Write a scenario that compiles to the request that the job NAME was made with.

    What has no field of its own stands in its `aws:` block.
    """
    _import(project, TRAINING, name, outputs)


@command.command("tuning-job", epilog="Example: awsml import tuning-job resnet-2026-05-01")
@click.argument("name")
@outputs_option("yaml", "json")
@click.pass_obj
def tuning_job(project: Project, name: str, outputs: Sequence[Output]) -> None:
    """Write a scenario that compiles to the request that the tuning job NAME was made with.

    What has no field of its own stands in its `aws:` block.
    """
    _import(project, TUNING, name, outputs)


def _import(project: Project, kind: Importable, name: str, outputs: Sequence[Output]) -> None:
    from awsml.cli.session import session_of

    session = session_of(project)
    described = session.call("sagemaker", f"Describe{kind.noun}", {kind.name: name})
    arn = described[f"{kind.noun}Arn"]
    tags = session.pages("sagemaker", "ListTags", {"ResourceArn": arn}, "Tags")
    request = request_of(f"sagemaker:{kind.operation}", described)
    own = [tag for tag in tags if not tag["Key"].startswith(("aws:", "awsml:"))]
    scenario = imported(kind, request | ({"Tags": own} if own else {}), session.region)
    writers = {
        "yaml": lambda _: scenario_text(scenario),
        "json": lambda _: as_json_text({"version": 1, "scenario": scenario}),
    }
    write(outputs, writers)
    say(f"the scenario compiles to the request of {name}; a run gets a name of its own")


def imported(kind: Importable, request: Mapping[str, Any], region: str) -> dict[str, Any]:
    """A scenario whose plan sends the request; its name apart, checked by compiling it."""
    wanted, scenario = _unnamed(kind, request), kind.scenario_of(request, region)
    raw = raw_difference(_compiled(kind, scenario), wanted)
    if raw:
        scenario["aws"] = {kind.operation: raw}
    left = raw_difference(_compiled(kind, scenario), wanted)
    if left:
        raise UsageError(
            f"the scenario would not send these parameters as they are: {', '.join(sorted(left))}",
            hint="keep it as a raw request: awsml validate --requests FILE",
            slug="not-importable",
        )
    return scenario


def _compiled(kind: Importable, scenario: Mapping[str, Any]) -> dict[str, Any]:
    """What a scenario sends, read back from its text."""
    loaded = load("imported.yaml", environ={}, text=scenario_text(scenario), kinds=KINDS)
    report = api.plan(loaded.documents[0], Terms(), loaded.findings).report
    call = report.plan.call(kind.operation)
    if call is None:
        said = "; ".join(finding.message for finding in report.findings)
        raise UsageError(
            f"no scenario can say this request: {said}",
            hint="keep it as a raw request: awsml validate --requests FILE",
            slug="not-importable",
        )
    return _unnamed(kind, as_json(call.params))


def _unnamed(kind: Importable, params: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in params.items() if key != kind.name}


command.add_command(batch_job)
