"""The project a command works in: its folder, its defaults, the region and profile asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

DEFAULTS_FILE = "awsml.yaml"


class Project(NamedTuple):
    """Where a command looks for scenarios and keeps its runs (`state`)."""

    root: Path
    cwd: Path
    region: str | None
    profile: str | None
    environ: Mapping[str, str]
    defaults: Path | None = None

    @classmethod
    def found(
        cls,
        given: Path | None,
        cwd: Path,
        region: str | None,
        profile: str | None,
        environ: Mapping[str, str],
    ) -> Project:
        """The folder given, else the nearest one upwards that holds awsml.yaml or .awsml."""
        root = (given or _upwards(cwd) or cwd).resolve()
        defaults = root / DEFAULTS_FILE
        return cls(root, cwd, region, profile, environ, defaults if defaults.is_file() else None)

    @property
    def state(self) -> Path:
        """The folder of runs, objects and environments; made by whoever writes first."""
        return self.root / ".awsml"

    def shown(self, path: Path) -> str:
        """A path as the user would type it; a link by its own name."""
        here = os.path.join(os.path.realpath(self.cwd), "")
        for real in (os.path.abspath, os.path.realpath):
            absolute = real(path)
            if os.path.join(absolute, "").startswith(here):
                return absolute[len(here) :] or "."
        return str(path)

    def in_repository(self, name: str) -> str:
        """A file from the root of the repository that it lies in, as code hosts name it."""
        absolute = os.path.join(os.path.realpath(self.cwd), name)
        for folder in Path(absolute).parents:
            if (folder / ".git").exists():
                return os.path.relpath(absolute, folder)
        return name


def _upwards(start: Path) -> Path | None:
    for folder in (start, *start.parents):
        if (folder / DEFAULTS_FILE).is_file() or (folder / ".awsml").is_dir():
            return folder
    return None
