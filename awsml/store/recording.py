"""What each kind of event changes in the store."""

from __future__ import annotations

import math
import sqlite3
from pathlib import Path

from awsml.events import (
    Event,
    Finished,
    LogLine,
    MetricPoint,
    Note,
    PhaseChanged,
    Started,
    TrialChanged,
)
from awsml.store.logs import LogFiles
from awsml.store.rows import storable, to_json
from awsml.store.run import Status


class Recording:
    """One run's events on their way to disk."""

    def __init__(
        self, connection: sqlite3.Connection, files: LogFiles, folder: Path, run: str
    ) -> None:
        self._connection = connection
        self._files = files
        self._logs = folder / "logs"
        self._run = run

    def add(self, event: Event, now: float) -> None:
        if isinstance(event, LogLine):
            self._files.append(self._logs, event)
        elif isinstance(event, MetricPoint):
            if not math.isfinite(event.value):
                return  # SQLite has none
            self._execute(
                "INSERT INTO metrics (run, name, value, at, step) VALUES (?, ?, ?, ?, ?)",
                *(self._run, event.name, event.value, event.at, event.step),
            )
        elif isinstance(event, Note):
            self._execute(
                "INSERT INTO notes (run, text, level, at) VALUES (?, ?, ?, ?)",
                *(self._run, event.text, event.level, now),
            )
        elif isinstance(event, PhaseChanged):
            self._enter(event)
        elif isinstance(event, Started):
            self._start(now)
        elif isinstance(event, Finished):
            self._finish(event)
        elif isinstance(event, TrialChanged) and event.subject is not None:
            self._follow_trial(event)

    def _start(self, now: float) -> None:
        self._execute(
            "UPDATE runs SET status=?, started=coalesce(started, ?), ended=NULL, reason=NULL"
            " WHERE id=?",
            *(Status.RUNNING.value, now, self._run),
        )

    def _enter(self, event: PhaseChanged) -> None:
        self._leave(event.at)
        self._execute(
            "INSERT INTO phases (run, name, started, detail) VALUES (?, ?, ?, ?)",
            *(self._run, event.phase, event.at, event.detail),
        )
        status = Status.STOPPING if event.phase == "Stopping" else Status.RUNNING
        self._execute(
            "UPDATE runs SET phase=?, status=?, started=coalesce(started, ?) WHERE id=?",
            *(event.phase, status.value, event.at, self._run),
        )

    def _follow_trial(self, trial: TrialChanged) -> None:
        """A trial elsewhere, as it was last seen: its setting, its end, and the one value."""
        status = Status(trial.status)
        params = {"TrainingJobName": trial.run, "HyperParameters": dict(trial.setting)}
        call = {"service": "sagemaker", "operation": "CreateTrainingJob", "params": params}
        self._execute(
            "UPDATE runs SET kind='training', status=?, reason=?, requests=?, started=?, ended=?,"
            " phase=? WHERE id=?",
            *(trial.status, trial.reason, to_json([call]), trial.at - trial.seconds),
            *(trial.at if status.over else None, trial.status, self._run),
        )
        if trial.objective is not None and trial.metric is not None:
            self._execute("DELETE FROM metrics WHERE run=?", self._run)
            self.add(MetricPoint(trial.metric, trial.objective, trial.at), trial.at)

    def _finish(self, event: Finished) -> None:
        self._leave(event.at)
        self._execute(
            "UPDATE runs SET status=?, reason=?, ended=?, phase=?,"
            " figures=json_patch(figures, ?) WHERE id=?",
            Status(event.status).value,
            event.reason,
            event.at,
            event.status,
            to_json(event.figures),
            self._run,
        )
        self._files.close(self._logs)

    def _leave(self, at: float) -> None:
        self._execute("UPDATE phases SET ended=? WHERE run=? AND ended IS NULL", at, self._run)

    def _execute(self, statement: str, *values: object) -> None:
        self._connection.execute(statement, [storable(value) for value in values])
