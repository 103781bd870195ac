"""Reads the requests that AWS is known to refuse, and those that are known to be valid.

A file of tests/conformance/rejections has one API, named bases (valid requests) and rows. A row
changes one thing of a base (`set`, `remove`: paths of the request) and says which path is `wrong`,
what AWS `says` and the `source`. `{repeat: n, ...}` stands for long text (`text`), lists (`item`)
and maps (`key`, `value`); `{}` inside is the number. `needs: account` marks what no file can tell,
`when: run` what AWS takes and fails later. Rows are never removed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from awsml.rules.reach import path_steps

CONFORMANCE = Path(__file__).parents[1] / "tests" / "conformance"
_PREFLIGHT = "https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/"


@dataclass(frozen=True)
class Known:
    """One request and what AWS makes of it; `wrong` is empty for a valid one."""

    id: str
    api: str
    params: Mapping[str, Any]
    source: str
    wrong: tuple[str, ...] = ()
    says: str = ""
    region: str | None = None
    needs_account: bool = False
    fails_later: bool = False
    base: str = ""


def rejections() -> list[Known]:
    files = sorted((CONFORMANCE / "rejections").glob("*.yaml"))
    return [known for file in files for known in _rows(_read(file))]


def bases() -> list[Known]:
    """The valid requests that rejections are made from."""
    files = sorted((CONFORMANCE / "rejections").glob("*.yaml"))
    return [
        Known(f"{stored['api']}/{name}", stored["api"], expanded(params), "")
        for stored in map(_read, files)
        for name, params in stored["bases"].items()
    ]


def valid_requests() -> list[Known]:
    files = sorted((CONFORMANCE / "valid").glob("*.yaml"))
    return [
        Known(
            row["id"],
            row.get("api", stored["api"]),
            expanded(row["params"]),
            row["source"],
            region=row.get("region"),
        )
        for stored in map(_read, files)
        for row in stored["rows"]
    ]


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _rows(stored: Mapping[str, Any]) -> Iterator[Known]:
    for row in stored["rows"]:
        params = expanded(deepcopy(stored["bases"][row["base"]]))
        for path in row.get("remove", ()):
            _remove(params, path)
        for path, value in row.get("set", {}).items():
            _set(params, path, expanded(value))
        wrong = row["wrong"]
        yield Known(
            row["id"],
            stored["api"],
            params,
            source_of(row["source"]),
            tuple(wrong) if isinstance(wrong, list) else (wrong,),
            row["says"],
            row.get("region"),
            row.get("needs") == "account",
            row.get("when") == "run",
            row["base"],
        )


def source_of(text: str) -> str:
    """The address of a source, or where it stands in botocore's models."""
    if text.startswith("preflight:"):
        return _PREFLIGHT + text.removeprefix("preflight:")
    return text


def expanded(value: Any, number: int | None = None) -> Any:
    """A value with every `repeat` written out."""
    if isinstance(value, str):
        return value if number is None else value.replace("{}", str(number))
    if isinstance(value, list):
        return [expanded(item, number) for item in value]
    if not isinstance(value, dict):
        return value
    if "repeat" not in value:
        return {key: expanded(inner, number) for key, inner in value.items()}
    count = range(value["repeat"])
    if "text" in value:
        return value["text"] * len(count)
    if "item" in value:
        return [expanded(value["item"], i) for i in count]
    return {expanded(value["key"], i): expanded(value["value"], i) for i in count}


def _set(params: Any, path: str, value: Any) -> None:
    steps = path_steps(path)
    for step, following in pairwise(steps):
        if isinstance(step, str) and step not in params:
            params[step] = [] if isinstance(following, int) else {}
        params = params[step]
    if isinstance(steps[-1], int) and steps[-1] == len(params):
        params.append(value)
    else:
        params[steps[-1]] = value


def _remove(params: Any, path: str) -> None:
    steps = path_steps(path)
    for step in steps[:-1]:
        params = params[step]
    del params[steps[-1]]
