"""`--baseline FILE`: findings that were there before, so that only new ones count."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from awsml.cli.files import SourceLines
from awsml.cli.output import as_json_text, write_file
from awsml.errors import UsageError
from awsml.finding import Finding, Place
from awsml.render.sarif import fingerprint


class Baseline:
    """The findings of a file, by what they are rather than where: lines may move. Other files are
    named from its folder, so that it does not matter where awsml is called."""

    def __init__(self, path: Path, lines: SourceLines) -> None:
        self._path = path
        self._lines = lines
        self._folder = path.absolute().parent

    def write(self, findings: Sequence[Finding], looked: Collection[str]) -> int:
        """List these; entries of files that were not looked at stay, and are counted."""
        rows = [
            {
                "fingerprint": self._mark(finding),
                "slug": finding.slug,
                "file": self._named(finding.place.file) if finding.place else None,
                "message": finding.message,
            }
            for finding in findings
        ]
        try:
            earlier = self._rows()
        except UsageError:  # there is none yet, or none that could be kept
            earlier = []
        seen = set(self._seen(looked, findings))
        kept = [row for row in earlier if not self._is_due(row, seen)]
        write_file(self._path, as_json_text({"version": 1, "findings": [*rows, *kept]}))
        return len(kept)

    def beyond(
        self, findings: Sequence[Finding], looked: Collection[str]
    ) -> tuple[list[Finding], int]:
        """The findings that it does not list, and how many entries of these files are found no
        more."""
        rows = self._rows()
        left = Counter(row["fingerprint"] for row in rows)
        new = []
        for finding in findings:
            mark = self._mark(finding)
            if left[mark] > 0:
                left[mark] -= 1
            else:
                new.append(finding)
        seen = set(self._seen(looked, findings))
        due = Counter(row["fingerprint"] for row in rows if self._is_due(row, seen))
        return new, (left & due).total()

    def _seen(self, looked: Collection[str], findings: Sequence[Finding]) -> Iterator[str]:
        yield from map(self._named, looked)
        yield from (self._named(each.place.file) for each in findings if each.place)

    def _is_due(self, row: dict[str, Any], seen: set[str]) -> bool:
        """Whether its file was looked at, or is no more."""
        file = row.get("file")
        return not isinstance(file, str) or file in seen or not (self._folder / file).exists()

    def _mark(self, finding: Finding) -> str:
        return fingerprint(finding, self._lines, self._named)

    def _named(self, file: str) -> str:
        return os.path.relpath(file, self._folder)

    def _rows(self) -> list[dict[str, Any]]:
        path = self._path
        hint = f"write it with `awsml validate --baseline {path} --update-baseline ...`"
        try:
            tree = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror}", hint=hint) from error
        except ValueError as error:
            raise UsageError(f"{path} is no baseline", hint=hint, where=Place(str(path))) from error
        rows = tree.get("findings") if isinstance(tree, dict) else None
        if not isinstance(rows, list) or not all(
            isinstance(row, dict) and isinstance(row.get("fingerprint"), str) for row in rows
        ):
            raise UsageError(f"{path} is no baseline", hint=hint, where=Place(str(path)))
        return rows
