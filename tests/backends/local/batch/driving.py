"""Drives the queue of a made-up run in this process, with a deadline."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from awsml.backends.local.batch.queue import FOLDER, JobQueue, Row, standing
from awsml.backends.local.batch.run import run_batch
from awsml.backends.local.control import Ask
from awsml.backends.local.interrupts import parse_interrupt
from awsml.backends.local.terms import LocalTerms
from awsml.events import Finished, LogLine, Note
from awsml.store.run import Draft
from awsml.store.runs import RunStore


class Wish:
    """A control that asks for something after so many events."""

    def __init__(self, ask: Ask | None = None, after: str = "") -> None:
        self.ask, self.after, self.heard = ask, after, not after

    def asked(self) -> Ask | None:
        return self.ask if self.heard else None


@dataclass
class Driven:
    """What came of it."""

    end: Finished
    lines: list[str]
    rows: dict[str, Row]
    folder: Path
    seconds: float
    notes: list[str]


def submit(command, label=None, size=None, depends=(), **more):
    params = {"jobName": label or "j", "jobQueue": "q", **more}
    params["containerOverrides"] = {"command": command}
    if size:
        params["arrayProperties"] = {"size": size}
    if depends:
        params["dependsOn"] = list(depends)
    call = {"service": "batch", "operation": "SubmitJob", "params": params}
    return {**call, "id": label} if label else call


def on(step, type_=None):
    found = {"jobId": f"SubmitJob/{step}.jobId"}
    return {**found, "type": type_} if type_ else found


def define(attempts=1, rules=(), timeout=None, **container):
    params = {
        "jobDefinitionName": "d",
        "containerProperties": container,
        "retryStrategy": {"attempts": attempts, "evaluateOnExit": list(rules)},
    }
    if timeout:
        params["timeout"] = {"attemptDurationSeconds": timeout}
    return {"service": "batch", "operation": "RegisterJobDefinition", "params": params}


def drive(state, *requests, interrupt=None, wish=None, expected=None, seconds=30, run=None):
    """Runs to the end; a test that takes longer than `seconds` fails."""
    wish = wish or Wish()
    started = time.monotonic()
    with RunStore(state) as store:
        if run is None:
            run = store.create(Draft("batch", "demo", "local", tuple(requests))).id
        terms = LocalTerms(
            interrupt=parse_interrupt(interrupt) if interrupt else None,
            expected_seconds=expected,
            environ={"PATH": os.environ["PATH"]},
        )
        end, lines, notes = None, [], []
        for event in run_batch(store, store.get(run), terms, wish, state):
            if isinstance(event, LogLine):
                lines.append(f"{event.stream} {event.text}")
                wish.heard = wish.heard or wish.after in event.text
            if isinstance(event, Note) and event.level == "warning":
                notes.append(event.text)
            if isinstance(event, Finished):
                end = event
            assert time.monotonic() - started < seconds, "it hangs"
        folder = store.folder_of(run) / FOLDER
    queue = JobQueue(folder)
    rows = {row.key: row for row in queue.rows()}
    queue.close()
    assert standing(folder) is not None
    return Driven(end, lines, rows, folder, time.monotonic() - started, notes)
