"""What a run would miss on this machine, looked for before the run is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from awsml.backends.local.batch.jobs import require_source
from awsml.backends.local.code import local_source
from awsml.backends.local.job import TrainingJob, training_job
from awsml.backends.local.staging import Staging
from awsml.backends.local.toolkit import checked_entry
from awsml.backends.local.tuning.job import tuning_job
from awsml.storage.embedded.folder import ObjectFolder

Request = Mapping[str, Any]


def require_files(requests: Sequence[Request], objects: ObjectFolder) -> None:
    """Refuses, in the words of whoever would use it, code or data that is not there.

    What lies in S3 or in an archive is not looked into.
    """
    for request in requests:
        for job in _JOBS.get(request["operation"], _none)(request["params"]):
            _require_code(job)
            Staging(job, objects, None, lambda: None).require_local()
    require_source(requests)


def _require_code(job: TrainingJob) -> None:
    if job.program is None:
        return
    source: Path | None = local_source(job.code or "")
    if source is not None and source.is_dir() and not job.entrypoint:
        checked_entry(job.program, source)


def _trials(params: Mapping[str, Any]) -> list[TrainingJob]:
    """One of each definition: all trials of it read the same."""
    job = tuning_job(params)
    return [training_job(each.request(job.name, 0, {})) for each in job.definitions]


def _none(_: Mapping[str, Any]) -> list[TrainingJob]:
    return []


_JOBS: Mapping[str, Callable[[Mapping[str, Any]], list[TrainingJob]]] = {
    "CreateTrainingJob": lambda params: [training_job(params)],
    "CreateHyperParameterTuningJob": _trials,
}
