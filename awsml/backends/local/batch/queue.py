"""The queue on disk: every job's state and attempts, in one SQLite file beside the run's logs.

Who drives it is decided elsewhere: the owner of the run in the run store. Each change is one
commit to a write-ahead log, which a killed process does not lose.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FILE = "queue.db"
FOLDER = "batch"  # of a run, where the queue and its jobs' files lie
_TABLES = """
CREATE TABLE IF NOT EXISTS jobs (
  key TEXT PRIMARY KEY, label TEXT NOT NULL, position INTEGER, state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, exit_code INTEGER, reason TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs(label, state);
CREATE TABLE IF NOT EXISTS attempts (
  key TEXT NOT NULL, number INTEGER NOT NULL, started REAL NOT NULL, stopped REAL,
  exit_code INTEGER, status_reason TEXT, reason TEXT, PRIMARY KEY (key, number)
) WITHOUT ROWID;
"""
_LAST_TABLE = "SELECT 1 FROM sqlite_master WHERE name='attempts'"


@dataclass(frozen=True, slots=True)
class Row:
    """A job as the queue knows it."""

    key: str
    label: str
    index: int | None
    state: str
    attempts: int
    exit_code: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt of a job."""

    key: str
    number: int
    started: float
    stopped: float | None
    exit_code: int | None
    status_reason: str | None
    reason: str | None


class JobQueue:
    """The jobs of one run."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(
            folder / FILE, isolation_level=None, check_same_thread=False, timeout=30.0
        )
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        self._connection.close()

    def add(self, jobs: Iterable[tuple[str, str, int | None]], state: str) -> None:
        """Keys with label and index; those that are there already stay as they are."""
        self._connection.execute("BEGIN")
        self._connection.executemany(
            f"INSERT OR IGNORE INTO jobs (key, label, position, state) VALUES (?, ?, ?, '{state}')",
            jobs,
        )
        self._connection.execute("COMMIT")

    def enter(self, key: str, state: str, reason: str | None = None) -> None:
        self._connection.execute(
            "UPDATE jobs SET state=?, reason=? WHERE key=?", (state, reason, key)
        )

    def start(self, key: str, number: int, at: float) -> None:
        self._connection.execute("BEGIN")
        self._connection.execute(
            "UPDATE jobs SET state='RUNNING', attempts=?, reason=NULL WHERE key=?", (number, key)
        )
        self._connection.execute(
            "INSERT OR REPLACE INTO attempts (key, number, started) VALUES (?, ?, ?)",
            (key, number, at),
        )
        self._connection.execute("COMMIT")

    def end(self, attempt: AttemptRow, state: str) -> None:
        self._connection.execute("BEGIN")
        self._connection.execute(
            "UPDATE attempts SET stopped=?, exit_code=?, status_reason=?, reason=?"
            " WHERE key=? AND number=?",
            (
                attempt.stopped,
                attempt.exit_code,
                attempt.status_reason,
                attempt.reason,
                attempt.key,
                attempt.number,
            ),
        )
        self._connection.execute(
            "UPDATE jobs SET state=?, exit_code=?, reason=? WHERE key=?",
            (state, attempt.exit_code, attempt.status_reason, attempt.key),
        )
        self._connection.execute("COMMIT")

    def restart(self) -> None:
        """What was not finished begins anew; what succeeded stays."""
        self._connection.execute(
            "UPDATE jobs SET state='SUBMITTED', attempts=0, exit_code=NULL, reason=NULL"
            " WHERE state != 'SUCCEEDED'"
        )

    def rows(self) -> list[Row]:
        found = self._connection.execute(
            "SELECT key, label, position, state, attempts, exit_code, reason FROM jobs"
            " ORDER BY label, position"
        )
        return [Row(*row) for row in found]


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts by state of each job or array, the worst of its children, and the attempts."""

    counts: dict[str, dict[str, int]]
    failed: tuple[Row, ...]
    attempts: tuple[AttemptRow, ...]


def standing(folder: Path, shown: int = 20) -> Standing | None:
    """How the queue stands, without disturbing who drives it; a few rows of many."""
    file = folder / FILE
    if not file.exists():
        return None
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5.0)
    try:
        if not connection.execute(_LAST_TABLE).fetchone():
            return None  # whoever made it died on the way
        counts: dict[str, dict[str, int]] = {}
        for label, state, count in connection.execute(
            "SELECT label, state, count(*) FROM jobs GROUP BY label, state"
        ):
            counts.setdefault(label, {})[state] = count
        failed = connection.execute(
            "SELECT key, label, position, state, attempts, exit_code, reason FROM jobs"
            " WHERE state='FAILED' ORDER BY label, position LIMIT ?",
            (shown,),
        )
        attempts = connection.execute(
            "SELECT * FROM attempts ORDER BY key, number LIMIT ?", (shown,)
        )
        return Standing(
            counts,
            tuple(Row(*row) for row in failed),
            tuple(AttemptRow(*row) for row in attempts),
        )
    finally:
        connection.close()
