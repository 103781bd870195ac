"""AWS's wire protocols, as far as needed: requests to plain parameters, answers to bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from tests.fake_aws.world import Refusal

_SCOPE = re.compile(r"Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/")
_SERVICE = {"monitoring": "cloudwatch", "servicequotas": "service-quotas"}


@dataclass(frozen=True)
class Request:
    """An HTTP request, and which service and region it was signed for."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    service: str
    region: str

    @property
    def query(self) -> dict[str, str]:
        found = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        return {key: values[0] for key, values in found.items()}


def request(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Request:
    scope = _SCOPE.search(headers.get("Authorization", ""))
    if scope is None:
        raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
    service = _SERVICE.get(scope["service"], scope["service"])
    if service == "sagemaker" and path.startswith("/endpoints/"):
        service = "sagemaker-runtime"  # which signs by the same name
    return Request(method, path, headers, body, service, scope["region"])


def decoded(incoming: Request) -> tuple[str, dict[str, Any]]:
    """The operation and its parameters."""
    target = incoming.headers.get("X-Amz-Target")
    if target:
        return target.rsplit(".", 1)[1], json.loads(incoming.body or b"{}")
    if incoming.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        form = parse_qs(incoming.body.decode(), keep_blank_values=True)
        flat = {key: values[0] for key, values in form.items()}
        return flat.pop("Action"), _nested(flat)
    return _from_route(incoming)


def encoded(incoming: Request, operation: str, answer: dict[str, Any]) -> tuple[str, bytes]:
    """Content type and body of a success."""
    model = _model(incoming.service)
    if model.metadata["protocol"] not in ("query", "ec2"):
        return "application/x-amz-json-1.1", json.dumps(answer).encode()
    shape = model.operation_model(operation).output_shape
    inner = _xml(answer, shape) if shape is not None else ""
    name = f"{operation}Response"
    if model.metadata["protocol"] == "query":
        wrapper = f"{operation}Result"
        inner = f"<{wrapper}>{inner}</{wrapper}>"
    return "text/xml", f"<{name}>{inner}</{name}>".encode()


def refused(incoming: Request | None, refusal: Refusal) -> tuple[str, bytes]:
    """Content type and body of an error, in the form that the service's clients read."""
    service = incoming.service if incoming else "s3"
    code, message = escape(refusal.code), escape(refusal.message)
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    if service == "s3":
        return "application/xml", error.encode()
    protocol = _model(service).metadata["protocol"]
    if protocol == "query":
        return "text/xml", f"<ErrorResponse>{error}</ErrorResponse>".encode()
    if protocol == "ec2":
        return "text/xml", f"<Response><Errors>{error}</Errors></Response>".encode()
    body = {"__type": refusal.code, "message": refusal.message}
    return "application/x-amz-json-1.1", json.dumps(body).encode()


@cache
def _model(service: str) -> Any:
    import botocore.session

    return botocore.session.get_session().get_service_model(service)


@cache
def _routes(service: str) -> list[tuple[str, re.Pattern[str], str]]:
    model = _model(service)
    routes = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        uri = http["requestUri"].split("?")[0]
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(uri))
        routes.append((http["method"], re.compile(pattern), name))
    return routes


def _from_route(incoming: Request) -> tuple[str, dict[str, Any]]:
    path = urlsplit(incoming.path).path
    for method, pattern, name in _routes(incoming.service):
        match = pattern.fullmatch(path)
        if match and method == incoming.method:
            params = {key: unquote(value) for key, value in match.groupdict().items()}
            return name, incoming.query | params | json.loads(incoming.body or b"{}")
    raise Refusal("UnknownOperationException", f"no operation at {incoming.method} {path}", 404)


def _nested(flat: Mapping[str, str]) -> dict[str, Any]:
    """A.member.1.B=x to {"A": [{"B": x}]}."""
    tree: dict[str, Any] = {}
    for key, value in flat.items():
        *steps, last = key.split(".")
        node = tree
        for step in steps:
            node = node.setdefault(step, {})
        node[last] = value
    return {key: _listed(value) for key, value in tree.items() if key != "Version"}


def _listed(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    inner = node.get("member", node)
    if isinstance(inner, dict) and all(key.isdigit() for key in inner):
        return [_listed(inner[key]) for key in sorted(inner, key=int)]
    return {key: _listed(value) for key, value in node.items()}


def _xml(value: Any, shape: Any) -> str:
    if shape.type_name == "structure":
        parts = []
        for name, member in shape.members.items():
            if name in value:
                tag = member.serialization.get("name", name)
                parts.append(_element(tag, value[name], member))
        return "".join(parts)
    if shape.type_name == "list":
        tag = shape.member.serialization.get("name", "member")
        return "".join(f"<{tag}>{_xml(item, shape.member)}</{tag}>" for item in value)
    if shape.type_name == "boolean":
        return "true" if value else "false"
    return escape(str(value))


def _element(tag: str, value: Any, shape: Any) -> str:
    if shape.type_name == "list" and shape.serialization.get("flattened"):
        return "".join(f"<{tag}>{_xml(item, shape.member)}</{tag}>" for item in value)
    return f"<{tag}>{_xml(value, shape)}</{tag}>"
