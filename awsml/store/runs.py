"""The run store: every run of a project in one SQLite file, its logs beside it."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from awsml.errors import UsageError
from awsml.events import Event, LogLine
from awsml.store.ids import child_id, new_run_id
from awsml.store.logs import LogFiles, LogTail, read_logs
from awsml.store.owner import Owner, this_process
from awsml.store.recording import Recording
from awsml.store.rows import insert, row_of, run_of, step_of, storable, to_json
from awsml.store.run import (
    Draft,
    MetricRecord,
    NoteRecord,
    PhaseRecord,
    Run,
    Status,
    Step,
)
from awsml.store.schema import connect, translated


class RunStore:
    """Runs of one project; safe for several threads and several processes at once."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        """`folder` is the project's `.awsml`; it is made when absent."""
        self.folder = folder
        self.clock = clock
        self._file = folder / "runs.db"
        self._lock = threading.RLock()
        with translated(self._file):
            make_private(folder)
        self._connection = connect(self._file)
        self._files = LogFiles()

    def __enter__(self) -> RunStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    # making and changing runs

    def create(
        self,
        draft: Draft,
        owner: Owner | None = None,
        requests: Callable[[str], Iterable[Mapping[str, Any]]] | None = None,
    ) -> Run:
        """A new run, on disk when this returns; its id is unique in the project.

        `requests` says what is sent under an id; one step, so that no run is ever without them.
        """
        while True:
            run_id = self._next_id(draft)
            final = draft if requests is None else replace(draft, requests=tuple(requests(run_id)))
            row = row_of(final, run_id, self.clock(), owner or this_process())
            try:
                self._durably(insert("runs", row), row)
            except sqlite3.IntegrityError:
                continue  # another process took the id in the same second
            return self.get(run_id)

    def child(self, parent: str, label: str) -> Run:
        """The child of a run with that label; made like its parent when there is none."""
        with self._lock:
            rows = self._rows("SELECT * FROM runs WHERE parent=? AND label=?", parent, label)
            if rows:
                return run_of(rows[0])
            run = self.get(parent)
            draft = Draft(run.kind, f"{run.name}/{label}", run.backend, parent=parent, label=label)
            return self.create(draft, run.owner)

    def journal(self, run_id: str, step: str, **detail: Any) -> None:
        """Writes a step down; it has reached the disk when this returns."""
        row = {"run": run_id, "name": step, "at": self.clock(), "detail": to_json(detail)}
        self._durably(insert("journal", row), row)

    def record(self, run_id: str, event: Event) -> None:
        """Stores what a backend told; events with a subject belong to the child of that label."""
        subject = getattr(event, "subject", None)
        target = self.child(run_id, subject).id if subject else run_id
        with self._lock, translated(self._file):
            Recording(self._connection, self._files, self.folder_of(target), target).add(
                event, self.clock()
            )

    def recording(self, run_id: str, events: Iterable[Event]) -> Iterator[Event]:
        """The same events, each stored before it is passed on."""
        for event in events:
            self.record(run_id, event)
            yield event

    def settle(self, run_id: str, status: Status, reason: str | None = None) -> None:
        """Sets the status outside a recording, as when AWS is asked later how a run ended."""
        ended = self.clock() if status.over else None
        self._durably(
            "UPDATE runs SET status=:status, reason=:reason, ended=:ended WHERE id=:id",
            {"id": run_id, "status": status.value, "reason": reason, "ended": ended},
        )

    def ask_to_stop(self, run_id: str, how: str = "stop") -> None:
        """Leaves a request (`stop` or `kill`) that the run's owner will see."""
        self._durably("UPDATE runs SET stop_asked=:how WHERE id=:id", {"id": run_id, "how": how})

    def stop_asked(self, run_id: str) -> str | None:
        """The request left by ask_to_stop; cheap enough to look at several times a second."""
        rows = self._rows("SELECT stop_asked FROM runs WHERE id=?", run_id)
        return str(rows[0]["stop_asked"]) if rows and rows[0]["stop_asked"] else None

    def take(self, run_id: str, owner: Owner, *, detached: bool) -> bool:
        """Makes a process the owner of a run to go on with, unless a living one still is."""
        with self._lock:
            run = self.get(run_id)
            if run.owner not in (None, owner) and run.watched and not run.over:
                return False
            changed = self._durably(
                "UPDATE runs SET owner_pid=:pid, owner_started=:started, detached=:detached,"
                " stop_asked=NULL, status='Created', reason=NULL, ended=NULL"
                " WHERE id=:id AND owner_pid IS :before",
                {
                    "id": run_id,
                    "pid": owner.pid,
                    "started": owner.started,
                    "detached": int(detached),
                    "before": run.owner.pid if run.owner else None,
                },
            )
            return changed == 1

    def hand_over(self, run_id: str, owner: Owner, *, detached: bool) -> None:
        """Gives a run of this process to another one, such as its supervisor."""
        values = {"id": run_id, "pid": owner.pid, "started": owner.started, "det": int(detached)}
        self._durably(
            "UPDATE runs SET owner_pid=:pid, owner_started=:started, detached=:det WHERE id=:id",
            values,
        )

    def add_figures(self, run_id: str, figures: Mapping[str, Any]) -> None:
        """Results that are known before the run is over, or that its end does not tell."""
        self._durably(
            "UPDATE runs SET figures=json_patch(figures, :values) WHERE id=:id",
            {"id": run_id, "values": to_json(figures)},
        )

    def add_remote(self, run_id: str, values: Mapping[str, Any]) -> None:
        """What AWS answered: arn, account, names of what was made."""
        self._durably(
            "UPDATE runs SET remote=json_patch(remote, :values) WHERE id=:id",
            {"id": run_id, "values": to_json(values)},
        )

    # reading

    def get(self, name: str) -> Run:
        """By id, a unique beginning of it, the newest run of that name, or `last`."""
        for condition in _LOOKUPS:
            rows = self._rows(f"SELECT * FROM runs WHERE {condition}", name)
            if len(rows) == 1 and name:
                return self._truth(run_of(rows[0]))
        raise UsageError(
            f"there is no run `{name}`", hint="list them: awsml runs", slug="no-such-run"
        )

    def find(
        self,
        *,
        kind: str | None = None,
        backend: str | None = None,
        name: str | None = None,
        status: Status | None = None,
        limit: int | None = None,
    ) -> list[Run]:
        """Runs that are nobody's children, newest first."""
        wanted = {"kind": kind, "backend": backend, "name": name}
        given = {key: value for key, value in wanted.items() if value is not None}
        conditions = "".join(f" AND {key}=?" for key in given)
        query = (
            f"SELECT * FROM runs WHERE parent IS NULL{conditions} ORDER BY created DESC, id DESC"
        )
        runs = [self._truth(run_of(row)) for row in self._rows(query, *given.values())]
        matching = [run for run in runs if status is None or run.status == status]
        return matching[:limit]

    def children(self, run_id: str) -> list[Run]:
        rows = self._rows("SELECT * FROM runs WHERE parent=? ORDER BY id", run_id)
        return [self._truth(run_of(row)) for row in rows]

    def phases(self, run_id: str) -> list[PhaseRecord]:
        rows = self._rows("SELECT * FROM phases WHERE run=? ORDER BY rowid", run_id)
        return [PhaseRecord(r["name"], r["started"], r["ended"], r["detail"]) for r in rows]

    def series(self, run_id: str, name: str | None = None) -> list[MetricRecord]:
        query = "SELECT * FROM metrics WHERE run=?1 AND (?2 IS NULL OR name=?2) ORDER BY rowid"
        rows = self._rows(query, run_id, name)
        return [MetricRecord(r["name"], r["value"], r["at"], r["step"]) for r in rows]

    def notes(self, run_id: str) -> list[NoteRecord]:
        rows = self._rows("SELECT * FROM notes WHERE run=? ORDER BY rowid", run_id)
        return [NoteRecord(r["text"], r["level"], r["at"]) for r in rows]

    def steps(self, run_id: str) -> list[Step]:
        rows = self._rows("SELECT * FROM journal WHERE run=? ORDER BY number", run_id)
        return [step_of(row) for row in rows]

    def folder_of(self, run_id: str) -> Path:
        """Where a run keeps its files; not made by this."""
        return self.folder / "runs" / run_id

    def logs(
        self, run_id: str, since: float | None = None, tail: int | None = None
    ) -> list[LogLine]:
        return read_logs(self.folder_of(run_id) / "logs", since, tail)

    def log_tail(self, run_id: str, *, from_start: bool = True) -> LogTail:
        return LogTail(self.folder_of(run_id) / "logs", from_start=from_start)

    # inside

    def _truth(self, run: Run) -> Run:
        """A local run whose owner is gone was interrupted, whatever the file says."""
        if run.backend != "local" or run.over or run.watched:
            return run
        with self._lock:
            self._durably(
                "UPDATE runs SET status='Interrupted', ended=coalesce(ended, :now),"
                " reason=:reason WHERE id=:id AND status=:status AND owner_pid IS :pid",
                {
                    "id": run.id,
                    "now": self.clock(),
                    "status": run.status.value,
                    "pid": run.owner.pid if run.owner else None,
                    "reason": "the awsml process that ran it is gone",
                },
            )
            self._connection.execute(
                "UPDATE phases SET ended=? WHERE run=? AND ended IS NULL", (self.clock(), run.id)
            )
        return run_of(self._rows("SELECT * FROM runs WHERE id=?", run.id)[0])

    def _next_id(self, draft: Draft) -> str:
        if draft.parent is None:
            return new_run_id(self.clock())
        rows = self._rows("SELECT count(*) AS n FROM runs WHERE parent=?", draft.parent)
        return child_id(draft.parent, rows[0]["n"] + 1)

    def _durably(self, statement: str, values: Mapping[str, Any]) -> int:
        """One statement that is on the disk when this returns; how many rows it changed."""
        with self._lock, translated(self._file):
            self._connection.execute("PRAGMA synchronous=FULL")
            try:
                stored = {name: storable(value) for name, value in values.items()}
                return self._connection.execute(statement, stored).rowcount
            finally:
                self._connection.execute("PRAGMA synchronous=NORMAL")

    def _rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock, translated(self._file):
            return self._connection.execute(query, [storable(v) for v in values]).fetchall()


_LOOKUPS = (
    "id=?1",
    "?1='last' AND parent IS NULL ORDER BY created DESC, id DESC LIMIT 1",
    "name=?1 ORDER BY created DESC, id DESC LIMIT 1",
    "substr(id, 1, length(?1))=?1 AND parent IS NULL LIMIT 2",
)


def make_private(folder: Path) -> None:
    """Requests and logs may hold what is nobody else's business, nor the repository's.

    The ignore file comes last, and in one piece: a process that dies on the way leaves the rest
    to the next one.
    """
    ignore = folder / ".gitignore"
    if not ignore.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        beside = folder / f".gitignore.{os.getpid()}"
        beside.write_text("*\n", encoding="utf-8")
        beside.replace(ignore)
