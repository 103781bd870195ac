"""A planned scenario carried out on this machine, attached or not."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from awsml.api import Planned
from awsml.backends.local.backend import LocalBackend
from awsml.backends.local.interrupts import parse_interrupt
from awsml.backends.local.terms import LocalTerms
from awsml.cli.output import Output, Style, as_json_text, say, style_of, write
from awsml.cli.project import Project
from awsml.cli.subject import run_named, runs_for
from awsml.cli.view import view_of
from awsml.cli.watching import Watcher
from awsml.events import Event, Started
from awsml.plan import as_json
from awsml.render.runs import RunView, run_json, run_text
from awsml.store.run import Draft, Run, Status
from awsml.store.runs import RunStore
from awsml.workload.training import TrainingWorkload


def draft_of(work: Planned, backend: str, *, detached: bool) -> Draft:
    """What the store keeps of a plan before its first step."""
    report = work.report
    predicted = {"cost": report.cost.as_json(), "time": report.time.as_json()}
    if "search" in report.blocks:
        predicted["search"] = dict(report.blocks["search"])
    return Draft(
        kind=report.plan.kind,
        name=report.plan.name,
        backend=backend,
        requests=tuple(
            {
                "service": c.service,
                "operation": c.operation,
                "params": as_json(c.params),
                **({"id": c.id} if c.id else {}),
            }
            for c in report.plan.calls
        ),
        scenario=report.plan.file,
        region=report.plan.region,
        effective={
            path: {"value": as_json(e.value), "source": e.source.value}
            for path, e in report.effective.items()
        },
        predicted=predicted,
        detached=detached,
    )


def terms_of(project: Project, work: Planned, interrupt: str | None) -> LocalTerms:
    """How the scenario and the flags want it to run here."""
    return LocalTerms(
        python=python_of(work.spec.local.python, work.plan.file),
        interrupt=parse_interrupt(interrupt) if interrupt else None,
        expected_seconds=_trained_before(project, work.plan.name) or _stated(work.workload),
        environ=project.environ,
    )


def python_of(named: str | None, file: str | None) -> str | None:
    """A program on PATH as it stands; a path is relative to the scenario that names it."""
    if named is None or "/" not in named or file is None:
        return named
    return str(Path(file).parent / named)


def run_here(
    project: Project, backend: LocalBackend, run: Run, outputs: Sequence[Output], *, detach: bool
) -> int:
    """The exit code of a run that is followed to its end, or of having started it."""
    running = backend.supervised(run, detached=detach)
    if detach:
        _until_started(running.events())
        running.detach()
        say(f"run {run.id} goes on; follow it: awsml logs -f {run.id}")
        write_run(project, run.id, outputs)
        return 0
    end = Watcher(running, view_of(sys.stderr, style_of(sys.stderr), run.kind), run.id).watch()
    write_run(project, run.id, outputs)
    return 0 if end is None or end.status == Status.COMPLETED else 1


def write_run(project: Project, run_id: str, outputs: Sequence[Output]) -> None:
    """How a run stands, in the formats that were asked for."""
    with runs_for(project, run_id) as store:
        view = RunView.of(store, run_named(project, store, run_id))

    def text(style: Style) -> str:
        return run_text(view, time.time(), style.width)

    writers = {
        "text": text,
        "json": lambda _: as_json_text({"version": 1, "run": run_json(view)}),
    }
    write(outputs, writers)


def _until_started(events: Iterator[Event]) -> None:
    for event in events:
        if isinstance(event, Started):
            return


def _stated(work: TrainingWorkload) -> float | None:
    """Seconds of computing that the scenario states, for a job that has not run here yet."""
    if work.epochs and work.samples and work.samples_per_second:
        return work.epochs * work.samples / work.samples_per_second
    return work.compute_seconds


def _trained_before(project: Project, name: str) -> float | None:
    """Seconds that the last complete run of that name trained here."""
    if not (project.state / "runs.db").exists():
        return None
    with RunStore(project.state) as store:
        runs = store.find(kind="training", backend="local", name=name, status=Status.COMPLETED)
    return float(runs[0].figures["training_seconds"]) if runs else None
