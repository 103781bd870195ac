"""What an endpoint needs of this machine's files: model, handlers, a request, what was seen."""

from __future__ import annotations

from collections.abc import Iterator

from awsml.kinds.endpoint.spec import EndpointSpec
from awsml.kinds.files import LocalFile, code_files, is_local


def endpoint_files(spec: EndpointSpec) -> Iterator[LocalFile]:
    model, example, seen = spec.model, spec.traffic.example, spec.observed.file
    if is_local(model.data):
        yield LocalFile("model.data", model.data or "", "either")
    if model.code is not None:
        yield from code_files(model.code, "model.code")
    if example is not None:
        yield LocalFile("traffic.example", example, "file")
    if seen is not None:
        yield LocalFile("observed.file", seen, "file", said_by="observed-unreadable")
