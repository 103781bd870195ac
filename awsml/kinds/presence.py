"""Whether the files that a scenario names are there, and are what is wanted."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from awsml.finding import Confidence, Finding, Level
from awsml.kinds.kind import Context
from awsml.nearness import nearest

if TYPE_CHECKING:
    from awsml.kinds.files import LocalFile  # brings pydantic, which only scenarios need

SLUG = "missing-local-file"
# How much alike names are: `scr` and `src` two thirds; two that end in `.csv` share that anyway.
_ALIKE, _ALIKE_WITH_SUFFIX = 0.6, 0.7


class Sort(StrEnum):
    """What stands at a path; what lies in a folder that nobody may enter is hidden."""

    FILE = "file"
    FOLDER = "folder"
    NOTHING = "nothing"
    HIDDEN = "hidden"


class Disk(Protocol):
    """What may be asked about this machine's files."""

    def sort(self, path: str) -> Sort: ...

    def readable(self, path: str) -> bool: ...

    def names(self, folder: str) -> Sequence[str]:
        """What lies in a folder; nothing where that cannot be listed."""
        ...

    def holds_files(self, folder: str) -> bool:
        """Whether there is any file in it, however deep."""
        ...


def with_local_files(
    earlier: Iterable[Finding], files: Iterable[LocalFile], context: Context, disk: Disk
) -> list[Finding]:
    """The findings, and one for each file that is not as it has to be.

    Where somebody read a file and has complained of it, that finding only gets a nearer hint.
    """
    findings = list(earlier)
    for file in files:
        look = _Look(file, _base(file, context), context, disk)
        found = look.complaint()
        said = [i for i, each in enumerate(findings) if _is_about(each, file)] if found else []
        if found and not said:
            findings.append(found)
        for index in said:
            hint = look.meant() or findings[index].hint
            findings[index] = replace(findings[index], hint=hint)
    return findings


def _base(file: LocalFile, context: Context) -> str:
    if file.inside is not None:
        return context.local_path(file.inside.field, file.inside.path)
    return context.local_path(file.field, "")


def _is_about(finding: Finding, file: LocalFile) -> bool:
    """A finding about a file may stand at the mapping that names it."""
    at = finding.field or ""
    return finding.slug == file.said_by and f"{file.field}.".startswith(f"{at}.")


@dataclass(frozen=True, slots=True)
class _Look:
    """One file of a scenario, looked up from the folder that its path starts at."""

    file: LocalFile
    base: str
    context: Context
    disk: Disk

    def complaint(self) -> Finding | None:
        """What is wrong with it; nothing where the folder that it should be in is wrong already."""
        file, folder, path = self.file, self.file.inside, self._at(self.file.path)
        if folder is not None:
            if self.disk.sort(self.base) is not Sort.FOLDER:
                return None
            if os.path.isabs(file.path) or os.path.normpath(file.path).split("/")[0] == "..":
                return self._outside(folder)
        found = self.disk.sort(path)
        if found is Sort.NOTHING:
            return self._missing()
        if found is Sort.HIDDEN or not self.disk.readable(path):
            return self._closed(found)
        if file.wanted not in ("either", found):
            return self._other(found)
        if found is Sort.FOLDER and not self.disk.holds_files(path):
            hint = f"put the files there first, or correct `{file.field}`"
            return self._finding(f"`{file.path}` holds no files", hint)
        return None

    def _at(self, path: str) -> str:
        return os.path.normpath(os.path.join(self.base, path))

    def _missing(self) -> Finding | None:
        file = self.file
        if file.instead and self.disk.sort(self._at(file.instead)) is Sort.FILE:
            return None
        what = "file or folder" if file.wanted == "either" else file.wanted
        where = f" in `{file.inside.path}`" if file.inside else ""
        hint = self.meant() or f"make it, or correct `{file.field}`"
        return self._finding(f"there is no {what} `{file.path}`{where}", hint)

    def meant(self) -> str | None:
        """A hint at what is there, fits, and is written almost as the path is."""
        steps = self.file.path.split("/")
        for index, step in enumerate(steps):
            above, below = "/".join((*steps[:index], "")), "/".join(("", *steps[index + 1 :]))
            if step and self.disk.sort(self._at(above + step)) is Sort.NOTHING:
                alike = _ALIKE_WITH_SUFFIX if "." in step else _ALIKE
                names = nearest(step, sorted(self.disk.names(self._at(above))), cutoff=alike)
                near = (f"{above}{name}{below}" for name in names)
                found = next(filter(self._fits, near), None)
                return f"did you mean `{found}`?" if found else None
        return None

    def _fits(self, path: str) -> bool:
        sort, wanted = self.disk.sort(self._at(path)), self.file.wanted
        return sort in (Sort.FILE, Sort.FOLDER) if wanted == "either" else sort == wanted

    def _outside(self, folder: LocalFile) -> Finding:
        return self._finding(
            f"`{self.file.path}` lies outside of `{folder.path}`, and only that folder is sent",
            f"set `{folder.field}` to a folder that holds it, and name it from there",
        )

    def _other(self, found: Sort) -> Finding:
        path = self.file.path
        hint = f"set `{self.file.field}` to a file in it"
        if found is Sort.FILE:
            hint = f"name the folder that it lies in: `{os.path.dirname(path) or '.'}`"
        return self._finding(f"`{path}` is a {found}, and a {self.file.wanted} is wanted", hint)

    def _closed(self, found: Sort) -> Finding:
        right = "rx" if found is Sort.FOLDER else "r"
        hint = f"run `chmod u+{right} {self._at(self.file.path)}`"
        return self._finding(f"`{self.file.path}` cannot be read: permission denied", hint)

    def _finding(self, message: str, hint: str) -> Finding:
        field = self.file.field
        place = self.context.origins.place(field)
        return Finding(SLUG, Level.WARNING, message, hint, Confidence.VERIFIED, place, field)
