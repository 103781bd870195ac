"""The endpoint commands on AWS: what is asked and shown before anything is spent or deleted."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import click

from awsml.api import Planned
from awsml.aws.refusals import AwsRefused
from awsml.aws.session import Session
from awsml.backends.aws.endpoint import AwsEndpoints
from awsml.backends.aws.uploads import uploads_of
from awsml.backends.local.load.bench import Asked
from awsml.backends.local.load.point import Load, Outcome
from awsml.cli.aws_run import session_of
from awsml.cli.live import view_of
from awsml.cli.local_run import draft_of, write_run
from awsml.cli.output import Output, ask, say, style_of
from awsml.cli.planning import report_text
from awsml.cli.project import Project
from awsml.errors import AwsmlError, UsageError
from awsml.events import Event
from awsml.store.run import Status
from awsml.store.runs import RunStore
from awsml.units import format_usd

_THREADS = 64


def deploy_on_aws(project: Project, work: Planned, outputs: Sequence[Output], *, yes: bool) -> int:
    """Plan, cost and uploads first; then the calls, until the endpoint is in service."""
    session = session_of(project, work.plan.region)
    say(f"on AWS account {session.identity().account}, {session.region}: {work.plan.name}")
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


def delete_on_aws(project: Project, name: str | None, *, yes: bool) -> int:
    if name is None:
        raise UsageError("which endpoint?", hint="awsml endpoint delete NAME --on aws")
    session = session_of(project)
    say(f"on AWS account {session.identity().account}, {session.region}: {name}")
    agree(f"Delete the endpoint {name}, its configuration and its model?", yes)
    with RunStore(project.state) as store:
        _show(AwsEndpoints(session, store).delete(name))
        for run in store.find(kind="endpoint", backend="aws", name=name):
            if not run.over:
                store.settle(run.id, Status.STOPPED, "deleted")
    say(f"endpoint {name} is deleted")
    return 0


def agree(question: str, yes: bool) -> None:
    """-y skips the question; without a terminal nothing happens."""
    if yes or ask(question):
        return
    if sys.stdin.isatty():
        raise click.Abort
    raise UsageError(
        "nothing was done: there is no terminal to ask on", hint="add `-y`", slug="not-agreed"
    )


def _show(events: Iterator[Event]) -> None:
    view = view_of(sys.stderr, style_of(sys.stderr))
    try:
        for event in events:
            view.show(event)
    finally:
        view.close()


def aws_measure(
    project: Project, work: Planned, asked: Asked, *, yes: bool
) -> Callable[[Load], Outcome]:
    """Load on an endpoint that is paid for: its cost and the bounds first."""
    session = session_of(project, work.plan.region)
    account = session.identity().account
    cost = work.report.cost.usd.expected
    price = "an unknown price" if cost is None else f"{format_usd(cost)} a month"
    say(
        f"on AWS account {account}, {session.region}: {work.plan.name}, {price} while it is up; "
        f"at most {asked.most_requests:,} requests in {asked.most_seconds:g} s, "
        "payloads are billed by the GB"
    )
    agree("Send this load to AWS?", yes)
    return lambda load: _Invoker(session, work.plan.name).measured(load)


class _Invoker:
    """InvokeEndpoint from threads, which is what the latencies of a network allow."""

    def __init__(self, session: Session, endpoint: str) -> None:
        self._session, self._endpoint = session, endpoint
        self._lock = threading.Lock()
        self._latencies: list[float] = []
        self._late: list[float] = []
        self._errors: Counter[str] = Counter()

    def measured(self, load: Load) -> Outcome:
        began = time.monotonic()
        self._session.client("sagemaker-runtime", once=True)  # made once, before the threads
        count = load.concurrency or _THREADS
        end = began + load.seconds
        due = self._arrivals(load, began)
        threads = [
            threading.Thread(target=self._work, args=(load, due, end), daemon=True)
            for _ in range(min(count, _THREADS))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - began
        return Outcome(load, seconds, self._latencies, dict(self._errors), self._late)

    def _arrivals(self, load: Load, began: float) -> Iterator[float | None]:
        """When each request is due; None is at once. Taken under the lock."""
        number = 0
        while number < load.most_requests:
            yield began + number / load.rate if load.rate else None
            number += 1

    def _work(self, load: Load, due: Iterator[float | None], end: float) -> None:
        while True:
            with self._lock:
                moment = next(due, end)
            now = time.monotonic()
            if now >= end or (moment is not None and moment >= end):
                return
            if moment is not None:
                time.sleep(max(0.0, moment - now))
            self._one(load, moment)

    def _one(self, load: Load, due: float | None) -> None:
        began = time.monotonic()
        params = {
            "EndpointName": self._endpoint,
            "ContentType": load.content_type,
            "Body": load.body,
        }
        error = None
        try:
            answer = self._session.send_once("sagemaker-runtime", "InvokeEndpoint", params)
            answer["Body"].read()
        except AwsRefused as refused:
            error = refused.code
        except AwsmlError as broken:
            error = broken.slug
        ended = time.monotonic()
        with self._lock:
            if due is not None:
                self._late.append(max(0.0, began - due))
            if error is None:
                self._latencies.append(ended - (began if due is None else due))
            else:
                self._errors[error] += 1
