"""What a plan leaves open until it runs, as this machine fills it in."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from awsml.cron import at_time
from awsml.errors import BackendError
from awsml.plan import Call, Plan, Ref, Unknown, resolved, walk

ACCOUNT = "000000000000"
BUCKET = "awsml-local"
REGION = "us-east-1"  # where neither scenario nor command line names one; nothing is sent there


def resolved_calls(plan: Plan, run: str, base: Path) -> list[dict[str, Any]]:
    """The plan's calls with every ref filled in; `base` is what relative paths start from.

    Code and data refs become file:// addresses: nothing is uploaded to run here.
    """
    return [
        {
            "service": call.service,
            "operation": call.operation,
            "params": resolved_params(call, run, plan.region or REGION, base),
            **({"id": call.id} if call.id else {}),
        }
        for call in plan.calls
    ]


def resolved_params(call: Call, run: str, region: str, base: Path) -> Mapping[str, Any]:
    for path, value in walk(call.params):
        if isinstance(value, Unknown):
            raise BackendError(
                f"`{path}` of {call.operation} is not known: {value.reason}",
                hint="give it a value; a request with open ends cannot run",
                slug="request-is-open",
            )

    def resolve(ref: Ref) -> str:
        return _value(ref, run, region, base)

    params: Mapping[str, Any] = resolved(call.params, resolve)
    return params


def _value(ref: Ref, run: str, region: str, base: Path) -> str:
    if ref.path is not None:
        return (base / ref.path).resolve().as_uri()
    if ref.name.startswith("in:"):
        return at_time(time.time() + float(ref.name.removeprefix("in:")))
    known = {
        "run": run,
        "region": region,
        "account": ACCOUNT,
        "role": f"arn:aws:iam::{ACCOUNT}:role/awsml-local",
        "ttl-role": f"arn:aws:iam::{ACCOUNT}:role/awsml-local",
        "default-bucket": BUCKET,
        "instance": "ml.m5.large",
        "image": "image-of-no-region",
    }
    if ref.name.startswith("output:"):
        return ref.name.removeprefix("output:")
    if ref.name not in known:
        raise BackendError(
            f"‹{ref.name}› has no value on this machine",
            hint="run it with --on aws, or write the value in the scenario",
            slug="ref-not-local",
        )
    return known[ref.name]
