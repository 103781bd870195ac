"""The endpoint commands on AWS: what is asked and shown before anything is spent or deleted."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from awsml.api import Planned
from awsml.backends.aws.endpoint import AwsEndpoints
from awsml.backends.aws.uploads import uploads_of
from awsml.cli.local_run import draft_of, write_run
from awsml.cli.output import Output, agree, say, style_of
from awsml.cli.planning import report_text
from awsml.cli.project import Project
from awsml.cli.session import announced
from awsml.cli.view import view_of
from awsml.errors import AwsmlError, UsageError
from awsml.events import Event
from awsml.store.run import Run, Status
from awsml.store.runs import RunStore


def deploy_on_aws(project: Project, work: Planned, outputs: Sequence[Output], *, yes: bool) -> int:
    """Plan, cost and uploads first; then the calls, until the endpoint is in service."""
    session = announced(project, work.plan.name, work.plan.region)
    say(report_text(work, style_of(sys.stderr)))
    for upload in uploads_of(work.plan.calls):
        say(f"to upload where it is not there yet: {upload}")
    agree("Start this on AWS? It costs money until it is deleted.", yes)
    with RunStore(project.state) as store:
        run = store.create(draft_of(work, "aws", detached=True))
        try:
            _show(store.recording(run.id, AwsEndpoints(session, store).deploy(run, work.plan)))
        except AwsmlError as error:
            store.settle(run.id, Status.FAILED, error.message)
            raise
    write_run(project, run.id, outputs)
    say(f"delete it with: awsml endpoint delete {work.plan.name} --on aws")
    return 0


def delete_on_aws(
    project: Project, name: str | None, *, yes: bool, region: str | None = None
) -> int:
    """In the region that is named, else in the one where this project deployed it."""
    with RunStore(project.state) as store:
        known = [run for run in store.find(kind="endpoint", backend="aws") if not run.over]
        name = name or _only_name(known)
        here = [run for run in known if run.name == name]
        session = announced(project, name, region or (here[0].region if here else None))
        agree(f"Delete the endpoint {name}, its configuration and its model?", yes)
        _show(AwsEndpoints(session, store).delete(name))
        for run in here:
            store.settle(run.id, Status.STOPPED, "deleted")
    say(f"endpoint {name} is deleted")
    return 0


def _only_name(known: Sequence[Run]) -> str:
    """The one that this project has on AWS; several have to be told apart."""
    names = sorted({run.name for run in known})
    if len(names) == 1:
        return names[0]
    told = f"several endpoints are up: {', '.join(names)}" if names else "which endpoint?"
    raise UsageError(told, hint="awsml endpoint delete NAME --on aws", slug="no-such-endpoint")


def _show(events: Iterator[Event]) -> None:
    view = view_of(sys.stderr, style_of(sys.stderr))
    try:
        for event in events:
            view.show(event)
    finally:
        view.close()
