"""What `status`, `logs`, `stop` and `why` are pointed at: a run, or a job that others started."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from awsml.cli.output import warn
from awsml.cli.project import Project
from awsml.errors import BackendError, UsageError
from awsml.events import LogLine
from awsml.store.run import Run
from awsml.store.runs import RunStore

if TYPE_CHECKING:
    from awsml.backends.aws.backend import AwsBackend


def existing_runs(project: Project) -> RunStore:
    """The project's runs, for commands that only read: they make no store."""
    if not (project.state / "runs.db").exists():
        raise UsageError(
            f"there are no runs in {project.shown(project.root)}",
            hint="make one: awsml train, or hpo, batch submit, endpoint deploy",
            slug="no-such-run",
        )
    return RunStore(project.state)


def current(project: Project, store: RunStore, runs: Sequence[Run]) -> list[Run]:
    """Runs as they stand now; after the first question that AWS does not answer, as last seen."""
    result, backends = list(runs), dict[str | None, "AwsBackend"]()
    for index, run in enumerate(runs):
        if run.over or not on_its_own(run):
            continue
        if run.region not in backends:
            backends[run.region] = backend_of(project, store, run.region)
        try:
            result[index] = backends[run.region].refresh(run)
        except BackendError as error:
            warn(f"{error.message}; this is how runs on AWS stood when they were last seen")
            break
    return result


@contextmanager
def runs_for(project: Project, name: str) -> Iterator[RunStore]:
    """The project's runs; outside of a project a store for the moment, for jobs on AWS."""
    if name == "last" or (project.state / "runs.db").exists():
        with existing_runs(project) as store:
            yield store
        return
    with TemporaryDirectory(prefix="awsml-") as folder, RunStore(Path(folder)) as store:
        yield store


def run_named(project: Project, store: RunStore, name: str) -> Run:
    """The run of that name as it stands now; AWS is asked about those it has.

    A name that no run has may be a job on AWS: it is taken into the store and looked after alike.
    """
    try:
        run = store.get(name)
    except UsageError as unknown:
        return _adopted(project, store, name, unknown)
    if run.over or not on_its_own(run):
        return run
    try:
        return backend_of(project, store, run.region).refresh(run)
    except BackendError as error:
        warn(f"{error.message}; this is how the run stood when it was last seen")
        return run


def on_its_own(run: Run) -> bool:
    """Whether a run goes on at AWS with no process of ours following it."""
    return run.backend == "aws" and (run.detached or not run.watched)


def log_lines(
    project: Project,
    store: RunStore,
    run: Run,
    since: float | None = None,
    tail: int | None = None,
    child: str | None = None,
) -> list[LogLine]:
    """What a run printed; of a run on AWS CloudWatch has it all, and the store what was seen."""
    if run.backend != "aws":
        return store.logs(run.id, since, tail)
    try:
        return backend_of(project, store, run.region).logs(run, since, tail, child)
    except BackendError as error:
        warn(f"{error.message}; these are the lines that awsml saw itself")
        seen = store.logs(run.id, since, None if child else tail)
        own = [line for line in seen if child in (None, line.stream)]
        return own if tail is None else own[len(own) - min(tail, len(own)) :]


def backend_of(project: Project, store: RunStore, region: str | None) -> AwsBackend:
    from awsml.backends.aws.backend import AwsBackend  # boto3 only where AWS is spoken to
    from awsml.cli.session import session_of

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
