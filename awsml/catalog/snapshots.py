"""Snapshots of a refreshed catalogue on disk: written beside, switched in one step, kept."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from awsml.catalog.gates import Passed
from awsml.catalog.refresh import Reading
from awsml.catalog.tables import canonical
from awsml.errors import BackendError, UsageError

_CURRENT = "current"
_PARTIAL = ".partial-"


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The folder that holds them; the file `current` names the one in force."""

    folder: Path

    def current(self) -> Path | None:
        """The snapshot in force; a name without its folder is a damaged store, and said so."""
        try:
            name = (self.folder / _CURRENT).read_text("utf-8").strip()
        except FileNotFoundError:
            return None
        path = self.folder / name
        if not (path / "snapshot.json").is_file():
            raise UsageError(
                f"the refreshed catalogue {path} is damaged",
                hint=f"delete {self.folder / _CURRENT}, or run `awsml catalog refresh`",
                slug="catalog-damaged",
            )
        return path

    def all(self) -> tuple[Path, ...]:
        """Every whole snapshot, oldest first."""
        if not self.folder.is_dir():
            return ()
        names = sorted(path for path in self.folder.iterdir() if path.is_dir())
        return tuple(path for path in names if not path.name.startswith(_PARTIAL))

    def before(self, snapshot: Path) -> Path | None:
        older = [path for path in self.all() if path.name < snapshot.name]
        return older[-1] if older else None

    def write(self, reading: Reading, passed: Passed) -> Path:
        """Write beside, then switch; whatever stops this leaves the old one in force."""
        try:
            return self._write(reading, passed)
        except OSError as error:
            raise BackendError(
                f"cannot write the catalogue in {self.folder}: {error.strerror}",
                hint="make room there, or set XDG_DATA_HOME; the facts in force stay",
            ) from error

    def _write(self, reading: Reading, passed: Passed) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        name = f"{reading.taken:%Y-%m-%dT%H-%M-%SZ}"
        partial = self.folder / f"{_PARTIAL}{name}-{os.getpid()}"
        partial.mkdir()
        for table, rows in {**passed.rows, "sources": passed.sources}.items():
            if rows:
                text = canonical(table, rows, rows[0])
                (partial / f"{table}.csv").write_text(text, "utf-8")
        about = json.dumps(_about(reading, passed), indent=1, sort_keys=True)
        (partial / "snapshot.json").write_text(about + "\n", "utf-8")
        if (self.folder / name).exists():
            name += f"-{os.getpid()}"
        os.replace(partial, self.folder / name)
        self._switch(name)
        return self.folder / name

    def _switch(self, name: str) -> None:
        beside = self.folder / f".{_CURRENT}.{os.getpid()}"
        beside.write_text(name + "\n", "utf-8")
        os.replace(beside, self.folder / _CURRENT)

    def _sweep(self) -> None:
        """What a crash left half-written; another process may be writing its own."""
        for path in self.folder.glob(f"{_PARTIAL}*"):
            if not _alive(int(path.name.rpartition("-")[2])):
                shutil.rmtree(path)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def about(snapshot: Path) -> Mapping[str, Any]:
    facts: Mapping[str, Any] = json.loads((snapshot / "snapshot.json").read_text("utf-8"))
    return facts


def _about(reading: Reading, passed: Passed) -> dict[str, Any]:
    return {
        "taken": reading.taken.isoformat(),
        "regions": {table: list(reading.regions) for table in passed.rows},
        "set_aside": list(passed.set_aside),
    }
