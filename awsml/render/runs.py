"""Runs as tables, texts and JSON: where they stand, what was predicted and what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from awsml.backends.local.batch.queue import FOLDER, Standing, standing
from awsml.backends.local.tuning.job import tuning_job
from awsml.backends.local.tuning.standing import Entry, restored
from awsml.render.batch_jobs import jobs_json, jobs_text
from awsml.render.bill import bill_text
from awsml.render.cells import cells
from awsml.render.search import setting_text
from awsml.render.table import Column, indented, table, wrap
from awsml.secrets import hidden, secrets_of
from awsml.store.predicted import phase_seconds
from awsml.store.run import MetricRecord, NoteRecord, PhaseRecord, Run
from awsml.store.runs import RunStore
from awsml.units import format_duration


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with everything that is shown of it."""

    run: Run
    phases: Sequence[PhaseRecord]
    metrics: Mapping[str, MetricRecord]  # the latest of each
    notes: Sequence[NoteRecord]
    children: Sequence[Run]
    jobs: Standing | None = None  # of a batch run on this machine
    trials: Mapping[str, Entry] = field(default_factory=dict)  # of a search, by run

    @classmethod
    def of(cls, store: RunStore, run: Run) -> RunView:
        return cls(
            run,
            store.phases(run.id),
            {point.name: point for point in store.series(run.id)},
            store.notes(run.id),
            store.children(run.id),
            standing(store.folder_of(run.id) / FOLDER) if run.kind == "batch" else None,
            _trials(store, run),
        )


def _trials(store: RunStore, run: Run) -> dict[str, Entry]:
    """What each trial was set to and came to."""
    asked = run.request("CreateHyperParameterTuningJob")
    if not asked:
        return {}
    searched, _ = restored(tuning_job(asked), store, run.id)
    return {entry.run: entry for entry in searched.entries.values()}


def runs_table(runs: Sequence[Run], now: float, width: int) -> str:
    """One line a run, newest first; on a narrow screen without the start, which the id tells."""
    heads = [Column(title) for title in ("run", "name", "kind", "where", "status", "started")]
    rows = [
        [run.id, run.name, run.kind, run.backend, standing_text(run), _clock(run.created)]
        for run in runs
    ]
    took = [_took(run, now) for run in runs]
    last = Column("took", right=True)
    told = [[*row, each] for row, each in zip(rows, took, strict=True)]
    whole = table([*heads, last], told, width)
    if all(cells(line) <= width for line in whole.splitlines()):
        return whole
    short = [[*row[:-1], each] for row, each in zip(rows, took, strict=True)]
    return table([heads[0], Column("name", shrink=True), *heads[2:-1], last], short, width)


def children_table(runs: Sequence[Run], now: float, width: int) -> str:
    """Trials, attempts or members of one run, which share its kind and place."""
    columns = [Column("run"), Column("name", shrink=True), Column("status")]
    rows = [[run.id, run.label or run.name, standing_text(run), _took(run, now)] for run in runs]
    return table([*columns, Column("took", right=True)], rows, width)


def trials_table(view: RunView, now: float, width: int) -> str:
    """Trials with what they came to; each is the run of the search with its number behind."""
    columns = [Column("trial"), Column("status"), Column("objective", right=True)]
    columns += [Column("took", right=True), Column("setting", shrink=True)]
    best = (view.run.figures.get("best") or {}).get("run")
    rows = []
    for child in view.children:
        entry = view.trials.get(child.id)
        value = None if entry is None else entry.objective
        rows.append(
            [
                child.id.removeprefix(f"{view.run.id}-") + ("*" if child.id == best else ""),
                standing_text(child),
                "" if value is None else f"{value:.6g}",
                _took(child, now),
                "" if entry is None else setting_text(entry.setting),
            ]
        )
    return table(columns, rows, width)


def run_text(view: RunView, now: float, width: int) -> str:
    """Where a run stands, phase by phase, beside what was predicted."""
    run = view.run
    lines = [
        f"{run.name}  {run.id}  {run.kind} {where_text(run)}",
        f"{standing_text(run)} {_time(view, now)}",
    ]
    if run.reason:
        lines += [f"  {part}" for line in run.reason.splitlines() for part in wrap(line, width - 2)]
    if view.phases:
        lines += ["", _phases(view, now, width)]
    if bill := bill_text(run, width):
        lines += ["", bill]
    if view.jobs:
        lines += ["", jobs_text(view.jobs, width)]
    if best := run.figures.get("best"):
        lines += ["", *(f"  {part}" for part in wrap(_best_text(best), width - 2))]
        lines += [f"  each of them: awsml report {run.id}"]
    elif view.metrics:
        lines += ["", *(f"  {name} {point.value:g}" for name, point in view.metrics.items())]
    if artifacts := run.figures.get("artifacts"):
        lines += ["", *(f"  {name}  {address}" for name, address in artifacts.items())]
    if view.children:
        shown = trials_table(view, now, width) if view.trials else None
        lines += ["", shown or children_table(view.children, now, width)]
    # One that was resumed says most of them again.
    told = dict.fromkeys((n.level, n.text) for n in view.notes if n.level != "info")
    if told:
        lines.append("")
    for level, text in told:
        lines += indented(f"{_LABELS[level]}: {text}", width)
    return "\n".join(lines)


def _best_text(best: Mapping[str, Any]) -> str:
    setting = ", ".join(f"{name}={text}" for name, text in best["setting"].items())
    return f"best is trial {best['trial']}: {best['objective']:g} with {setting}"


def run_json(view: RunView) -> dict[str, Any]:
    run = view.run
    secrets = secrets_of(run.requests)
    return {
        "id": run.id,
        "kind": run.kind,
        "name": run.name,
        "backend": run.backend,
        "status": run.status.value,
        "phase": run.phase,
        "reason": run.reason,
        "created": _iso(run.created),
        "started": _iso(run.started),
        "ended": _iso(run.ended),
        "scenario": run.scenario,
        "region": run.region,
        "detached": run.detached,
        "watched": run.watched,
        "requests": hidden(run.requests, secrets),
        "effective": hidden(run.effective, secrets),
        "predicted": run.predicted,
        "phases": [
            {
                "name": phase.name,
                "started": _iso(phase.started),
                "ended": _iso(phase.ended),
                "seconds": phase.seconds,
                "detail": phase.detail,
            }
            for phase in view.phases
        ],
        "metrics": {
            name: {"value": point.value, "at": _iso(point.at), "step": point.step}
            for name, point in view.metrics.items()
        },
        "notes": [{"level": note.level, "text": note.text} for note in view.notes],
        "figures": run.figures,
        **({"jobs": jobs_json(view.jobs)} if view.jobs else {}),
        "remote": run.remote,
        "children": [
            {"id": child.id, "label": child.label, "status": child.status.value}
            for child in view.children
        ],
    }


# Between the phases of a run that was never resumed lie no more than moments.
_STILL_SECONDS = 2.0
_STILL_SHARE = 0.1
_LABELS = {"info": "note", "warning": "warning", "differs": "on AWS"}


def _phases(view: RunView, now: float, width: int) -> str:
    """Actual seconds of each phase; predicted ones only for runs where the prediction was for."""
    predicted = predicted_seconds(view.run)
    rows = []
    for phase in view.phases:
        seconds = (phase.ended or now) - phase.started
        expected = predicted.get(phase.name)
        told = format_duration(expected) if expected is not None else ""
        running = "" if phase.ended is not None else "so far"
        rows.append([phase.name, format_duration(seconds), told, phase.detail or running])
    heads = [Column("phase"), Column("took", right=True), Column("predicted", right=True)]
    if not predicted:
        heads, rows = heads[:2], [[row[0], row[1], row[3]] for row in rows]
    return table([*heads, Column("", shrink=True)], rows, width, indent=2)


def predicted_seconds(run: Run) -> dict[str, float]:
    """Expected seconds of each phase of a run on AWS, which is what plans predict; one that rests
    on an unknown is left out."""
    if run.backend != "aws":
        return {}
    told = phase_seconds(run.predicted.get("time", {}))
    return {name: expected for name, (_, expected, _) in told.items() if expected is not None}


def standing_text(run: Run) -> str:
    if run.over or not run.phase:
        return run.status.value
    alone = run.backend == "local" and not run.watched
    return f"{run.phase} (nobody watches)" if alone else run.phase


def where_text(run: Run) -> str:
    if run.backend == "local":
        return "on this machine"
    account = run.remote.get("account")
    return f"on AWS{f' account {account}' if account else ''}, {run.region or 'no region'}"


def _time(view: RunView, now: float) -> str:
    """From the start to the end; of a run that was resumed, also what it did not lie still."""
    run = view.run
    took = f"after {_took(run, now)}" if run.over else f"for {_took(run, now)}"
    whole = (run.ended or now) - (run.started or run.created)
    worked = sum((phase.ended or now) - phase.started for phase in view.phases)
    if (
        run.backend != "local"
        or not view.phases
        or whole - worked < max(_STILL_SECONDS, whole * _STILL_SHARE)
    ):
        return took
    return f"{took}, at work for {format_duration(worked)} of it"


def _took(run: Run, now: float) -> str:
    return format_duration((run.ended or now) - (run.started or run.created))


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at).strftime("%Y-%m-%d %H:%M:%S")


def _iso(at: float | None) -> str | None:
    return (
        None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    )
