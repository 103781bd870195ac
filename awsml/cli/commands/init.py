"""`awsml init [KIND] [DIR]`: a small project that runs at once."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import click

from awsml.cli.output import say
from awsml.cli.project import Project
from awsml.errors import UsageError
from awsml.resources import SCENARIOS, STARTERS
from awsml.units import counted

# What to type next, by kind; the worked scenarios are one more thing to start from.
NEXT = {
    "training": ("awsml plan", "awsml train", "awsml train --input-mode pipe"),
    "tuning": ("awsml plan", "awsml hpo --max-parallel 2"),
    "endpoint": ("awsml plan", "awsml endpoint deploy", "awsml endpoint bench"),
    "batch": ("awsml plan", "awsml batch submit"),
    "cluster": ("awsml plan", "awsml cluster fit"),
    "scenarios": ("awsml validate .", "awsml advise pipe-mode.yaml"),
}


@click.command("init", epilog="Example: awsml init training demo")
@click.argument("kind", required=False, default="training")
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def command(project: Project, kind: str, directory: Path | None) -> None:
    """Make a small project that runs at once; nothing is overwritten.

    KIND is training (the default), tuning, endpoint, batch or cluster; `scenarios` writes the
    worked examples of all of them.
    """
    if kind not in starters():
        raise UsageError(
            f"there is no starter `{kind}`", hint=f"choose one of {', '.join(starters())}"
        )
    starter = _folder(kind)
    target = project.cwd / (directory or ".")
    files = [path for path in sorted(starter.rglob("*")) if is_content(path)]
    existing = [path for path in files if (target / path.relative_to(starter)).exists()]
    if existing:
        names = ", ".join(str(path.relative_to(starter)) for path in existing)
        raise UsageError(
            f"{project.shown(target)} already has {names}; nothing was written",
            hint=f"choose an empty folder: awsml init {kind} DIRECTORY",
        )
    _copy_all({path: target / path.relative_to(starter) for path in files})
    _say_next(kind, target, len(files), project)


def starters() -> list[str]:
    """What can be started from, the kinds first."""
    return [kind for kind in NEXT if _folder(kind).is_dir()]


def _folder(kind: str) -> Path:
    return SCENARIOS if kind == "scenarios" else STARTERS / kind


def is_content(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def _copy_all(targets: Mapping[Path, Path]) -> None:
    """All of the files or none: a part of a project would be in the way of the next try."""
    made: list[Path] = []
    for source, target in targets.items():
        try:
            missing = [one for one in (target.parent, *target.parent.parents) if not one.exists()]
            target.parent.mkdir(parents=True, exist_ok=True)
            made += [*reversed(missing), target]
            shutil.copyfile(source, target)
        except OSError as error:
            _take_away(made)
            raise UsageError(
                f"cannot write {target}: {error.strerror}", hint="choose another folder"
            ) from error


def _take_away(made: Sequence[Path]) -> None:
    """The files and folders of this try, the newest first; what will not go stays."""
    for path in reversed(made):
        with suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink()


def _say_next(kind: str, target: Path, count: int, project: Project) -> None:
    say(f"wrote {counted(count, 'file')} to {project.shown(target)}")
    steps = list(NEXT[kind])
    if target.resolve() != project.cwd.resolve():
        steps.insert(0, f"cd {shlex.quote(project.shown(target))}")
    say("next:")
    for step in steps:
        say(f"  {step}")
