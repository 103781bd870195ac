"""Rows of runs.db as the values of run.py, and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from awsml.store.owner import Owner
from awsml.store.run import Draft, Run, Status, Step
from awsml.store.schema import StoreError

_JSON = ("requests", "effective", "predicted", "figures", "remote")


def run_of(row: sqlite3.Row) -> Run:
    with _readable():
        return _run_of(dict(row))


def step_of(row: sqlite3.Row) -> Step:
    with _readable():
        return Step(row["number"], row["name"], row["at"], json.loads(row["detail"]))


@contextmanager
def _readable() -> Iterator[None]:
    """StoreError where the file was damaged and SQLite does not see it."""
    try:
        yield
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise StoreError(
            f"a row of the run store cannot be read: {error}",
            hint="move `.awsml/runs.db` away to start a new store",
        ) from error


def _run_of(values: dict[str, Any]) -> Run:
    pid, started = values.pop("owner_pid"), values.pop("owner_started")
    values.update({name: json.loads(values[name]) for name in _JSON})
    values["requests"] = tuple(values["requests"])
    values["status"] = Status(values["status"])
    values["detached"] = bool(values["detached"])
    return Run(**values, owner=None if pid is None else Owner(pid, started))


def row_of(draft: Draft, run_id: str, created: float, owner: Owner) -> dict[str, Any]:
    return {
        "id": run_id,
        "kind": draft.kind,
        "name": draft.name,
        "backend": draft.backend,
        "status": Status.CREATED.value,
        "created": created,
        "requests": to_json(draft.requests),
        "scenario": draft.scenario,
        "region": draft.region,
        "effective": to_json(draft.effective),
        "predicted": to_json(draft.predicted),
        "parent": draft.parent,
        "label": draft.label,
        "detached": int(draft.detached),
        "owner_pid": owner.pid,
        "owner_started": owner.started,
    }


def insert(table: str, names: Iterable[str]) -> str:
    columns = list(names)
    marks = ", ".join(f":{name}" for name in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"


def storable(value: Any) -> Any:
    """SQLite takes no half characters, such as stand for bytes of a name that is no UTF-8."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode("utf-8")
    return value


def to_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
