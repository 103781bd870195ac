"""`awsml why --metrics` of an endpoint: from utilisation and latencies to what starves it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from awsml import api, catalog
from awsml.cli.files import read_text
from awsml.cli.planning import terms
from awsml.cli.project import Project
from awsml.cli.scenarios import loaded
from awsml.decide import Grounds
from awsml.decide.endpoint.case import case_of, told_by
from awsml.decide.endpoint.diagnosis import bottleneck_advice, bottleneck_of
from awsml.decide.training.diagnosis import Explained
from awsml.errors import UsageError
from awsml.estimate.bottleneck import Diagnosis
from awsml.store.run import Run
from awsml.workload.endpoint import EndpointWorkload

CLOUDWATCH = "cloudwatch"


def explained_endpoint(project: Project, run: Run, source: str) -> Explained:
    """The bottleneck of an endpoint that awsml deployed; `source` is a file or `cloudwatch`."""
    work = _stated(project, run)
    answer = _from_cloudwatch(project, run) if source == CLOUDWATCH else None
    text = read_text(source) if answer is None else json.dumps(answer)
    told = told_by(text, source, catalog.instance(work.instance), work.count)
    seen, served = work.seen, told.served
    seen = replace(
        seen,
        instance=work.instance,
        cores=None,
        signals={**seen.signals, **told.signals},
        latency_seconds=served.latency_seconds or seen.latency_seconds,
        overhead_seconds=served.overhead_seconds or seen.overhead_seconds,
        requests_per_second=served.requests_per_second or seen.requests_per_second,
    )
    case = case_of(replace(work, seen=seen, seen_file=None), Grounds(run.region or work.region))
    found = bottleneck_of(case)
    advice = bottleneck_advice(case, found)
    verdict = Diagnosis(found.name, found.because)
    return Explained(verdict, (advice,) if advice else (), told.problems)


def _stated(project: Project, run: Run) -> EndpointWorkload:
    path = Path(run.scenario) if run.scenario else None
    path = path if path is None or path.is_absolute() else project.root / path
    if path is not None and path.exists():
        for document in loaded(project, path).documents:
            if document.kind == "endpoint" and document.name == run.name:
                work = api.examine(document, terms(project, document, run.backend)).workload
                if isinstance(work, EndpointWorkload):
                    return work
    raise UsageError(
        f"the scenario of `{run.name}` is not there any more",
        hint="diagnose the scenario itself: awsml advise FILE",
        slug="no-metrics",
    )


def _from_cloudwatch(project: Project, run: Run) -> Mapping[str, Any]:
    from awsml.aws.endpoints import endpoint_metrics  # boto3 only where AWS is spoken to
    from awsml.cli.session import session_of

    if run.backend != "aws":
        raise UsageError(
            f"`{run.name}` runs on this machine; CloudWatch knows nothing of it",
            hint="measure it: awsml endpoint bench",
        )
    now = time.time()
    session = session_of(project, run.region)
    variant = run.request("CreateEndpointConfig")["ProductionVariants"][0]["VariantName"]
    name = run.remote.get("name", run.name)
    return endpoint_metrics(session, name, variant, run.created, run.ended or now, now)
