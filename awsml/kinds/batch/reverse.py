"""A scenario from a job definition and a SubmitJob request: what the language has words for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from awsml.kinds.reverse import said

Params = Mapping[str, Any]

_NO_NAME = re.compile(r"[^A-Za-z0-9]+")
_FIELDS = {"onStatusReason": "status", "onReason": "reason", "onExitCode": "exit_code"}


def scenario_of(definition: Params, job: Params, region: str | None) -> dict[str, Any]:
    """What has no field is left to `aws:`."""
    container = definition.get("containerProperties", {})
    shared = container.get("linuxParameters", {}).get("sharedMemorySize")
    amounts = {r["type"]: r["value"] for r in container.get("resourceRequirements", ())}
    overrides = job.get("containerOverrides", {})
    timeout = definition.get("timeout", {}).get("attemptDurationSeconds")
    scenario = {
        "kind": "batch",
        "name": _NO_NAME.sub("-", definition["jobDefinitionName"])[:63].strip("-"),
        "region": region,
        "role": container.get("jobRoleArn"),
        "image": {"uri": container.get("image", "none")},
        "command": overrides.get("command") or container.get("command") or ["true"],
        "parameters": definition.get("parameters"),
        "resources": {
            "gpus": _number(amounts.get("GPU")),
            "vcpus": _number(amounts.get("VCPU")),
            "memory": f"{amounts['MEMORY']} MiB" if "MEMORY" in amounts else None,
            "shared_memory": f"{shared} MiB" if shared else None,
        },
        "compute": {"platform": _platform(definition), "queue": _queue(job["jobQueue"])},
        "retry": _retry(definition.get("retryStrategy", {})),
        "timeout": f"{timeout}s" if timeout else None,
        "array": job.get("arrayProperties", {}).get("size"),
        "environment": {e["name"]: e["value"] for e in container.get("environment", ())},
        "secrets": {s["name"]: s["valueFrom"] for s in container.get("secrets", ())},
        "tags": definition.get("tags"),
    }
    return said(scenario)


def _number(text: str | None) -> int | None:
    """Fargate's fractions of a vCPU have no word in the language."""
    digits = text is not None and re.fullmatch(r"[0-9]{1,9}", text)
    return int(text) if text is not None and digits else None


def _platform(definition: Params) -> str | None:
    return "fargate" if "FARGATE" in definition.get("platformCapabilities", ()) else None


def _queue(name: str) -> str:
    """An ARN's queue by its name."""
    return name.rpartition("/")[2]


def _retry(strategy: Params) -> dict[str, Any]:
    rules = [
        {
            **{_FIELDS[key]: value for key, value in rule.items() if key in _FIELDS},
            "action": rule["action"].lower(),
        }
        for rule in strategy.get("evaluateOnExit", ())
    ]
    return {"attempts": strategy.get("attempts", 1), "rules": rules}
