"""A planned scenario carried out on AWS, attached or not; what every such command needs."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from types import FrameType

from awsml.api import Planned
from awsml.aws.session import Session
from awsml.backends.aws.backend import AwsBackend
from awsml.backends.aws.journal import last_call
from awsml.backends.aws.uploads import uploads_of
from awsml.cli.local_run import draft_of, write_run
from awsml.cli.output import Output, agree, ask_what_then, say, style_of
from awsml.cli.planning import report_text
from awsml.cli.project import Project
from awsml.cli.session import announced, session_of
from awsml.cli.view import view_of
from awsml.errors import AwsmlError
from awsml.events import Event, Finished
from awsml.readers.reasons import explain
from awsml.store.run import Run, Status
from awsml.store.runs import RunStore

_LOG_LINES = 200


def run_on_aws(
    project: Project, work: Planned, outputs: Sequence[Output], *, detach: bool, yes: bool
) -> int:
    """The exit code of a run that is followed to its end, or of having started it.

    Nothing is sent before the plan, its cost and the uploads were shown.
    """
    session = announced(project, work.plan.name, work.plan.region)
    say(report_text(work, style_of(sys.stderr)))
    uploads = uploads_of(work.plan.calls)
    for upload in uploads:
        say(f"to upload where it is not there yet: {upload}")
    agree("Start this on AWS?", yes, "nothing was started")
    with RunStore(project.state) as store:
        run = store.create(draft_of(work, "aws", detached=detach))
        attendant = Attendant(project, store, run, session)
        if detach:
            return attendant.launch(attendant.backend.start(run, work.plan, uploads), outputs)
        fallback = work.spec.compute.fallback if work.plan.kind == "training" else ()
        events = attendant.backend.attend(run, work.plan, uploads, fallback)
        return attendant.watch(events, outputs)


def resume_on_aws(project: Project, run: Run, outputs: Sequence[Output], *, detach: bool) -> int:
    """Settle what is in doubt about a run, and follow it."""
    with RunStore(project.state) as store:
        attendant = Attendant(project, store, run, session_of(project, run.region))
        if detach:
            return attendant.launch(attendant.backend.settle(run), outputs)
        return attendant.watch(attendant.backend.resume(run), outputs)


class Detached(BaseException):
    """The person or the system wants awsml to leave; the run stays."""


class Attendant:
    """Looks after one run on AWS. A signal is taken while it waits, never in mid-call."""

    def __init__(self, project: Project, store: RunStore, run: Run, session: Session) -> None:
        self._project, self._store, self._run = project, store, run
        self._asked = threading.Event()
        self._signal = signal.SIGINT
        self.backend = AwsBackend(session, store, store.clock, self._sleep)

    def launch(self, events: Iterator[Event], outputs: Sequence[Output]) -> int:
        """Start it and return."""
        view = view_of(sys.stderr, style_of(sys.stderr))
        for event in self._recorded(events):
            view.show(event)
        view.close()
        self._say_goes_on()
        write_run(self._project, self._run.id, outputs)
        return 0

    def watch(self, events: Iterator[Event], outputs: Sequence[Output]) -> int:
        """Draw the events to the end; Ctrl-C asks on a terminal, and detaches off one."""
        before = {s: signal.signal(s, self._on_signal) for s in (signal.SIGINT, signal.SIGTERM)}
        view = view_of(sys.stderr, style_of(sys.stderr))
        end = None
        try:
            for event in self._recorded(events):
                view.show(event)
                if isinstance(event, Finished) and event.subject is None:
                    end = event
        except Detached:
            view.close()
            self._say_goes_on()
            return 0 if _terminal() else 128 + self._signal
        finally:
            view.close()
            for number, handler in before.items():
                signal.signal(number, handler)
        write_run(self._project, self._run.id, outputs)
        return self._code(end)

    def _recorded(self, events: Iterator[Event]) -> Iterator[Event]:
        """The events, each on disk first; a run that AWS refused is marked so."""
        try:
            yield from self._store.recording(self._run.id, events)
        except AwsmlError as error:
            run = self._store.get(self._run.id)
            if not run.remote and last_call(self._store, run.id) is None:
                self._store.settle(run.id, Status.FAILED, error.message)
            raise

    def _code(self, end: Finished | None) -> int:
        if end is not None and end.status == Status.COMPLETED:
            return 0
        said = [line.text for line in self._store.logs(self._run.id, tail=_LOG_LINES)]
        for reason in explain(end.reason if end else None, said)[:1]:
            say(f"why: {reason.says}")
            say(f"  hint: {reason.hint}")
        return 1

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        """The first signal is answered at the next wait; the second one ends awsml at once."""
        if self._asked.is_set():
            raise Detached
        self._signal = signal.Signals(number)
        self._asked.set()

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        if not self._asked.wait(seconds):
            return
        if not _terminal() or self._signal != signal.SIGINT:
            raise Detached
        self._decide()
        self._asked.clear()
        time.sleep(max(0.0, end - time.monotonic()))

    def _decide(self) -> None:
        answer = ask_what_then("d")
        if answer == "d":
            raise Detached
        if answer == "s":
            self.backend.stop(self._store.get(self._run.id))
            then = "30 seconds" if self._run.kind == "batch" else "120 seconds, then the upload"
            say(f"AWS was asked to stop it: SIGTERM, {then}")

    def _say_goes_on(self) -> None:
        run = self._store.get(self._run.id)
        if run.remote:
            say(f"run {run.id} goes on at AWS; follow it: awsml logs -f {run.id}")
        else:
            say(f"it is not known whether AWS has run {run.id}: awsml status {run.id} asks")


def _terminal() -> bool:
    return os.isatty(0) and sys.stderr.isatty()
