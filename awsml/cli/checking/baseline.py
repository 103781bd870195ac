"""`--baseline FILE`: findings that were there before, so that only new ones count."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from awsml.cli.files import SourceLines
from awsml.cli.output import as_json_text, write_file
from awsml.errors import UsageError
from awsml.finding import Finding, Place
from awsml.render.sarif import fingerprint


def write_baseline(path: Path, findings: Sequence[Finding], lines: SourceLines) -> None:
    """Every finding by what it is rather than where: lines may move."""
    rows = [
        {
            "fingerprint": fingerprint(finding, lines),
            "slug": finding.slug,
            "file": finding.place.file if finding.place else None,
            "message": finding.message,
        }
        for finding in findings
    ]
    write_file(path, as_json_text({"version": 1, "findings": rows}))


def beyond_baseline(
    path: Path, findings: Sequence[Finding], lines: SourceLines
) -> tuple[list[Finding], int]:
    """The findings that the baseline does not list, and how many entries are found no more."""
    left = Counter(row["fingerprint"] for row in _rows(path))
    new = []
    for finding in findings:
        mark = fingerprint(finding, lines)
        if left[mark] > 0:
            left[mark] -= 1
        else:
            new.append(finding)
    return new, left.total()


def _rows(path: Path) -> list[dict[str, Any]]:
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
