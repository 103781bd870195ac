"""The tables of runs.db and how an older file is brought up to date."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from awsml.errors import AwsmlError

VERSION = 1
_PATIENCE_SECONDS = 30.0  # with other processes that write
_LOOK_AGAIN_SECONDS = 0.01


class StoreError(AwsmlError):
    """The run store cannot be read or written."""

    exit_code = 3
    slug = "run-store-unreadable"


_TABLES = """
CREATE TABLE runs (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, backend TEXT NOT NULL,
  status TEXT NOT NULL, created REAL NOT NULL, started REAL, ended REAL, phase TEXT, reason TEXT,
  requests TEXT NOT NULL, scenario TEXT, region TEXT, effective TEXT NOT NULL,
  predicted TEXT NOT NULL, figures TEXT NOT NULL DEFAULT '{}', remote TEXT NOT NULL DEFAULT '{}',
  parent TEXT REFERENCES runs(id) ON DELETE CASCADE, label TEXT, detached INTEGER NOT NULL,
  stop_asked TEXT, owner_pid INTEGER, owner_started TEXT
);
CREATE INDEX runs_by_parent ON runs(parent, id);
CREATE INDEX runs_by_time ON runs(created);
CREATE TABLE phases (
  run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  name TEXT NOT NULL, started REAL NOT NULL, ended REAL, detail TEXT
);
CREATE INDEX phases_by_run ON phases(run);
CREATE TABLE metrics (
  run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  name TEXT NOT NULL, value REAL NOT NULL, at REAL NOT NULL, step INTEGER
);
CREATE INDEX metrics_by_run ON metrics(run, name);
CREATE TABLE notes (
  run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  text TEXT NOT NULL, level TEXT NOT NULL, at REAL NOT NULL
);
CREATE INDEX notes_by_run ON notes(run);
CREATE TABLE journal (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  name TEXT NOT NULL, at REAL NOT NULL, detail TEXT NOT NULL
);
CREATE INDEX journal_by_run ON journal(run, number);
"""


def connect(file: Path) -> sqlite3.Connection:
    """An open, current database; made when absent. What may only be read is read as it lies, and
    so is what a full disk gives no room to open for writing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(file.parent, os.W_OK) and _lies_whole(file):
        return _opened(file, frozen=True)
    try:
        return _opened(file, frozen=False)
    except StoreError as error:
        code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF
        if code not in _NO_ROOM or not _lies_whole(file):
            raise
        return _opened(file, frozen=True)


def _opened(file: Path, *, frozen: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{file.absolute().as_uri()}?immutable=1" if frozen else file,
        timeout=_PATIENCE_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        uri=frozen,
    )
    connection.row_factory = sqlite3.Row
    try:
        if not frozen:
            _write_ahead(connection)
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        _bring_up_to_date(connection, file)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # the latter of damaged names
        connection.close()
        raise _unreadable(file, error) from error
    except AwsmlError:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Several processes may make the store at once. Whoever comes while another one changes the
    mode is told at once that the file is locked, whatever patience SQLite was asked for."""
    given_up = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > given_up:
                raise
            time.sleep(_LOOK_AGAIN_SECONDS)


# What SQLite says where it cannot write the files that it needs beside a database.
_NO_ROOM = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN)


def _lies_whole(file: Path) -> bool:
    """Whether all is in the file; a log beside it that was never merged would not be seen."""
    log = file.with_name(f"{file.name}-wal")
    return file.exists() and not (log.exists() and log.stat().st_size)


def _bring_up_to_date(connection: sqlite3.Connection, file: Path) -> None:
    if _version(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    version = _version(connection)  # another process may have been faster
    if version == 0:
        for statement in _TABLES.split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={VERSION}")
    connection.execute("COMMIT")
    if version > VERSION:
        raise AwsmlError(
            f"{file} was written by a newer awsml (store version {version}, known {VERSION})",
            hint="upgrade awsml, or use another --project",
            slug="run-store-is-newer",
        )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def translated(file: Path) -> Iterator[None]:
    """What a disk or SQLite says against reading or writing the store, as one clear error."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # the caller's business: an id is taken
    except (sqlite3.DatabaseError, OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: Exception) -> AwsmlError:
    return StoreError(
        f"{file} cannot be used as the run store: {error}",
        hint="check the disk and its permissions, or move the file away to start a new store",
    )
