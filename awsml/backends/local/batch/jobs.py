"""RegisterJobDefinition and SubmitJob requests as this machine reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from awsml.errors import BackendError

_PLACEHOLDER = re.compile(r"Ref::([A-Za-z0-9_-]+)")
ONLY = "job"  # the label of the only job of a run


@dataclass(frozen=True, slots=True)
class Wait:
    """A dependency: on a job of this run, or within an array (`on` is None)."""

    on: str | None
    type: str | None


@dataclass(frozen=True, slots=True)
class JobSpec:
    """One SubmitJob over its definition."""

    label: str
    name: str
    queue: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    secrets: tuple[str, ...]
    vcpus: float
    gpus: int
    size: int | None
    waits: tuple[Wait, ...]
    attempts: int
    rules: tuple[Mapping[str, str], ...]
    timeout: float | None
    platform: str = "ec2"

    @property
    def keys(self) -> list[str]:
        """One key for each child of an array, told apart by its index."""
        return [self.key(n) for n in range(self.size)] if self.size else [self.label]

    def key(self, index: int) -> str:
        return f"{self.label}:{index}"


def job_specs(requests: Iterable[Mapping[str, Any]]) -> list[JobSpec]:
    """In the order sent; a dependency on a job that is not of this run is left out."""
    requests = list(requests)
    definition: Mapping[str, Any] = next(
        (r["params"] for r in requests if r["operation"] == "RegisterJobDefinition"), {}
    )
    submitted = [r for r in requests if r["operation"] == "SubmitJob"]
    labels = {r.get("id") or ONLY for r in submitted}
    return [_spec(definition, r["params"], r.get("id") or ONLY, labels) for r in submitted]


def require_source(requests: Iterable[Mapping[str, Any]]) -> None:
    """A folder that is not here would be looked for again and again by the job itself."""
    for spec in job_specs(requests):
        address = spec.environment.get("AWSML_SOURCE_ARCHIVE", "")
        folder = Path(unquote(urlsplit(address).path))
        if address.startswith("file://") and not folder.is_dir():
            raise BackendError(
                f"there is no code at {folder}",
                hint="set `source.dir` to the folder of the script",
                slug="code-missing",
            )


def left_out(requests: Iterable[Mapping[str, Any]]) -> list[str]:
    """Jobs on AWS that something waits for, which mean nothing here."""
    waits = [
        one.get("jobId", "")
        for r in requests
        if r["operation"] == "SubmitJob"
        for one in r["params"].get("dependsOn", ())
    ]
    return [job for job in waits if job and _label(job) is None]


def _spec(
    definition: Mapping[str, Any], params: Mapping[str, Any], label: str, labels: set[str]
) -> JobSpec:
    container = definition.get("containerProperties", {})
    overrides = params.get("containerOverrides", {})
    amounts = _amounts(container) | _amounts(overrides)
    retry = params.get("retryStrategy") or definition.get("retryStrategy", {})
    timeout = params.get("timeout") or definition.get("timeout", {})
    values = {**definition.get("parameters", {}), **params.get("parameters", {})}
    command = overrides.get("command") or container.get("command", ())
    return JobSpec(
        label=label,
        name=params["jobName"],
        queue=params.get("jobQueue", ""),
        command=tuple(_filled(word, values) for word in command),
        environment=_environment(container) | _environment(overrides),
        secrets=tuple(one["name"] for one in container.get("secrets", ())),
        vcpus=float(amounts.get("VCPU", "1")),
        gpus=int(amounts.get("GPU", "0")),
        size=params.get("arrayProperties", {}).get("size"),
        waits=tuple(_waits(params.get("dependsOn", ()), labels)),
        attempts=int(retry.get("attempts", 1)),
        rules=tuple(retry.get("evaluateOnExit", ())),
        timeout=timeout.get("attemptDurationSeconds"),
        platform="fargate" if "FARGATE" in definition.get("platformCapabilities", ()) else "ec2",
    )


def _amounts(container: Mapping[str, Any]) -> dict[str, str]:
    return {one["type"]: one["value"] for one in container.get("resourceRequirements", ())}


def _environment(container: Mapping[str, Any]) -> dict[str, str]:
    return {one["name"]: str(one["value"]) for one in container.get("environment", ())}


def _filled(word: str, values: Mapping[str, str]) -> str:
    """A placeholder without a value stays as it is, as on AWS."""
    return _PLACEHOLDER.sub(lambda match: str(values.get(match[1], match[0])), word)


def _waits(depends: Sequence[Mapping[str, str]], labels: set[str]) -> Iterable[Wait]:
    for one in depends:
        label = _label(one.get("jobId", ""))
        if label in labels or ("jobId" not in one and one.get("type") == "SEQUENTIAL"):
            yield Wait(label, one.get("type"))


def _label(job_id: str) -> str | None:
    match = re.fullmatch(r"SubmitJob/(.+)\.jobId", job_id)
    return match[1] if match else None
