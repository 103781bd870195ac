"""`--changed-since REV`: the files that git says are not as they were."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from awsml.errors import UsageError

_LONGEST_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Changes:
    """Files that changed, were added or are not yet tracked."""

    files: frozenset[Path]

    def touch(self, files: Iterable[str | Path]) -> bool:
        return any(Path(file).resolve() in self.files for file in files)


def changes_since(revision: str, folder: Path) -> Changes:
    """What differs from a revision in the repository that holds the folder."""
    if revision.startswith("-"):
        raise UsageError(f"`{revision}` is no revision", hint="name a branch, such as origin/main")
    root = Path(_git(folder, "rev-parse", "--show-toplevel").rstrip("\n"))
    changed = _git(root, "diff", "--name-only", "--diff-filter=d", "-z", revision, "--")
    fresh = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    names = [name for name in (changed + fresh).split("\0") if name]
    return Changes(frozenset((root / name).resolve() for name in names))


def _git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), *words]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_LONGEST_SECONDS, check=False, text=True
        )
    except FileNotFoundError as error:
        raise UsageError("git is not installed", hint="leave --changed-since out") from error
    except subprocess.TimeoutExpired as error:
        raise UsageError(f"git {words[0]} took too long", hint="leave it out") from error
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        hint = "name a revision of this repository, and fetch it first"
        raise UsageError(f"git does not know what changed: {said}", hint=hint)
    return done.stdout
