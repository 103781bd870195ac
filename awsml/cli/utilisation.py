"""`awsml why --metrics`: from utilisation to what starves a run, with what the scenario knows."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

from awsml import api, catalog
from awsml.cli.endpoint_utilisation import explained_endpoint
from awsml.cli.files import read_text
from awsml.cli.planning import terms
from awsml.cli.project import Project
from awsml.cli.scenarios import loaded
from awsml.decide import Grounds
from awsml.decide.training.diagnosis import Explained, explain_utilisation
from awsml.errors import UsageError
from awsml.kinds import KINDS
from awsml.readers.metric_files import read_metrics
from awsml.readers.metrics import Utilisation
from awsml.store.run import Run
from awsml.workload.training import TrainingWorkload

CLOUDWATCH = "cloudwatch"


def explained(project: Project, run: Run, source: str) -> Explained:
    """The diagnosis of a training run; `source` is a file or `cloudwatch`."""
    if run.kind == "endpoint":
        return explained_endpoint(project, run, source)
    if run.kind != "training":
        raise UsageError(
            f"`{run.name}` is a {run.kind} run; --metrics explains training runs and endpoints",
            hint="name one of those",
        )
    workload = _workload(project, run)
    seen = _seen(project, run, workload, source)
    return explain_utilisation(workload, Grounds(run.region or workload.region), seen)


def _workload(project: Project, run: Run) -> TrainingWorkload:
    """The scenario in numbers, on the machines that the request asked for."""
    resources = run.request("CreateTrainingJob").get("ResourceConfig", {})
    stated = _stated(project, run) or TrainingWorkload(region=run.region, instance=None)
    instance, count = resources.get("InstanceType"), resources.get("InstanceCount")
    return replace(
        stated,
        instance=instance if isinstance(instance, str) else stated.instance,
        count=count if isinstance(count, int) else stated.count,
    )


def _stated(project: Project, run: Run) -> TrainingWorkload | None:
    path = Path(run.scenario) if run.scenario else None
    path = path if path is None or path.is_absolute() else project.root / path
    if path is None or not path.exists():
        return None
    for document in loaded(project, path).documents:
        if document.kind in KINDS and document.name == run.name:
            workload = api.examine(document, terms(project, document, run.backend)).workload
            return workload if isinstance(workload, TrainingWorkload) else None
    return None


def _seen(project: Project, run: Run, workload: TrainingWorkload, source: str) -> Utilisation:
    known = catalog.instance(workload.instance) if workload.instance else None
    cores, gpus = (known.vcpus, known.gpus) if known else (None, None)
    if source != CLOUDWATCH:
        return read_metrics(read_text(source), source, cores, gpus)
    return read_metrics(_from_cloudwatch(project, run, workload.count), CLOUDWATCH, cores, gpus)


def _from_cloudwatch(project: Project, run: Run, count: int) -> str:
    from awsml.aws.utilisation import utilisation_data  # boto3 only where AWS is spoken to
    from awsml.cli.session import session_of

    if run.backend != "aws":
        raise UsageError(
            f"`{run.name}` ran on this machine; CloudWatch knows nothing of it",
            hint="give a file: --metrics utilisation.csv",
        )
    now = time.time()
    name = run.remote.get("name", run.name)
    began, ended = run.started or run.created, run.ended or now
    answer = utilisation_data(session_of(project, run.region), name, count, began, ended, now)
    return json.dumps(answer)
