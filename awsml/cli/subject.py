"""What `status`, `logs`, `stop` and `why` are pointed at: a run, or a job that others started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awsml.cli.project import Project
from awsml.errors import BackendError, UsageError
from awsml.events import LogLine
from awsml.store.run import Run
from awsml.store.runs import RunStore

if TYPE_CHECKING:
    from awsml.backends.aws.backend import AwsBackend


def run_named(project: Project, store: RunStore, name: str) -> Run:
    """The run of that name as it stands now; AWS is asked about those it has.

    A name that no run has may be a job on AWS: it is taken into the store and looked after alike.
    """
    try:
        run = store.get(name)
    except UsageError as unknown:
        return _adopted(project, store, name, unknown)
    if run.backend != "aws" or run.over or run.watched:
        return run
    return backend_of(project, store, run.region).refresh(run)


def log_lines(
    project: Project,
    store: RunStore,
    run: Run,
    since: float | None = None,
    tail: int | None = None,
) -> list[LogLine]:
    """What a run printed: from the store, or from CloudWatch where no one of ours listened."""
    kept = store.logs(run.id, since, tail)
    if kept or run.backend != "aws":
        return kept
    return backend_of(project, store, run.region).logs(run, since, tail)


def backend_of(project: Project, store: RunStore, region: str | None) -> AwsBackend:
    from awsml.backends.aws.backend import AwsBackend  # boto3 only where AWS is spoken to
    from awsml.cli.aws_run import session_of

    return AwsBackend(session_of(project, region), store)


def _adopted(project: Project, store: RunStore, name: str, unknown: UsageError) -> Run:
    if name == "last":
        raise unknown
    try:
        run = backend_of(project, store, None).adopt(name)
    except BackendError as error:
        hint = f"{unknown.hint}; AWS could not be asked: {error.message}"
        raise UsageError(unknown.message, hint=hint, slug=unknown.slug) from error
    if run is None:
        message = f"{unknown.message}, and no training job of that name on AWS"
        raise UsageError(message, hint=unknown.hint, slug=unknown.slug)
    return run
