"""Raw AWS requests as plans: one JSON file, or many requests in a JSON-lines file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from awsml.errors import AwsmlError, UsageError
from awsml.finding import Confidence, Finding, Level, Place, Related
from awsml.plan import Call, Plan
from awsml.readers.json_places import (
    Duplicate,
    JsonOrigins,
    json_places,
    parse_json,
    path_below,
)
from awsml.requests.names import resolve_api


@dataclass(frozen=True, slots=True)
class Request:
    """A request that was read. `plan` is None when it could not be; `findings` say why."""

    plan: Plan | None
    findings: tuple[Finding, ...] = ()
    id: Any = None


def read_request(api: str, text: str, file: str, *, region: str | None = None) -> Request:
    """The file that goes to `aws ... --cli-input-json` as a plan of one call."""
    api = resolve_api(api)
    json = parse_json(text, file)
    if not isinstance(json.tree, dict):
        raise UsageError(
            "a request is a JSON object",
            hint="write the parameters of one call: {...}",
            where=Place(file),
            slug="unreadable-json",
        )
    plan = _plan(api, json.tree, JsonOrigins(text, file), file, region)
    return Request(plan, _duplicates(text, file) if json.has_duplicates else ())


def read_requests(
    lines: Iterable[str], file: str, *, region: str | None = None
) -> Iterator[Request]:
    """One request per line of {"id", "api", "params"}; a bad line is a finding of its own."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _read_line(line.rstrip("\r\n"), file, number, region)


def _read_line(line: str, file: str, number: int, region: str | None) -> Request:
    row: Any = None
    try:
        json = parse_json(line, file, number)
        row = json.tree
        request = _request(row, line, file, number, region)
        twice = _duplicates(line, file, number, "params") if json.has_duplicates else ()
        return replace(request, findings=twice)
    except AwsmlError as error:
        where = error.where or Place(file, number, 1, number, len(line) + 1)
        finding = Finding(
            error.slug, Level.ERROR, error.message, error.hint, Confidence.VERIFIED, where
        )
        return Request(None, (finding,), row.get("id") if isinstance(row, dict) else None)


def _request(row: Any, line: str, file: str, number: int, region: str | None) -> Request:
    if not isinstance(row, dict) or not isinstance(row.get("params"), dict):
        raise UsageError(
            "a line is an object with an api and params",
            hint='write {"id": 1, "api": "sagemaker:CreateTrainingJob", "params": {...}}',
            slug="unreadable-request",
        )
    if not isinstance(row.get("api"), str):
        raise UsageError(
            "the line does not say which API it is for",
            hint='add "api": "sagemaker:CreateTrainingJob"',
            slug="unknown-api",
        )
    origins = JsonOrigins(line, file, number, "params")
    named = row.get("region")
    plan = _plan(
        resolve_api(row["api"]),
        row["params"],
        origins,
        file,
        named if isinstance(named, str) else region,
    )
    return Request(plan, id=row.get("id"))


def _plan(
    api: str, params: Mapping[str, Any], origins: JsonOrigins, file: str, region: str | None
) -> Plan:
    service, _, operation = api.partition(":")
    call = Call(service, operation, params, origins)
    return Plan("request", operation, (call,), region=region, file=file)


def _duplicates(text: str, file: str, line: int = 1, below: str = "") -> tuple[Finding, ...]:
    return tuple(
        _duplicate(found, path_below(found.path, below))
        for found in json_places(text, file, line).duplicates
    )


def _duplicate(found: Duplicate, path: str | None) -> Finding:
    return Finding(
        "duplicate-key",
        Level.ERROR,
        f"the key `{path or found.path}` stands twice, and only the last value would be sent",
        "remove one of the two",
        Confidence.VERIFIED,
        found.second,
        request_path=path,
        related=(Related("it stands here first", found.first, path),),
    )
