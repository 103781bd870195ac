"""The door of endpoints: InvokeEndpoint, whose bodies are bytes and whose answer is the body."""

from __future__ import annotations

import re
from typing import Any

from tests.fake_aws.protocol import Request
from tests.fake_aws.world import Operation, Refusal, World

SERVICE = "sagemaker-runtime"
PATH = re.compile(r"/endpoints/(?P<name>[^/]+)/invocations")


def decoded(incoming: Request) -> tuple[str, dict[str, Any]]:
    match = PATH.fullmatch(incoming.path)
    if match is None:
        raise Refusal("UnknownOperationException", f"no operation at {incoming.path}", 404)
    kind = incoming.headers.get("Content-Type", "")
    return "InvokeEndpoint", {"EndpointName": match["name"], "Type": kind, "Body": incoming.body}


def journaled(params: dict[str, Any]) -> dict[str, Any]:
    return {**params, "Body": len(params["Body"])}


def encoded(answer: dict[str, Any]) -> tuple[int, str, bytes]:
    return 200, "application/json", answer["Body"]


def _invoke(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    """The echo of what was sent."""
    if not world.exists(region, "Endpoint", params["EndpointName"]):
        words = f"Endpoint {params['EndpointName']} of account 111122223333 not found."
        raise Refusal("ValidationError", words)
    return {"Body": params["Body"]}


OPERATIONS: dict[str, Operation] = {"InvokeEndpoint": _invoke}
