"""Builds the parameters of one API call, noting for each where its value came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsml.kinds.kind import Context
from awsml.plan import Call, Origin, Source, join_path, walk
from awsml.requests.typed import typed


class Request:
    """Parameters under construction: `put` a value at a request path with its scenario field."""

    def __init__(self, service: str, operation: str, context: Context) -> None:
        self.service = service
        self.operation = operation
        self.context = context
        self.params: dict[str, Any] = {}
        self.origins: dict[str, Origin] = {}

    def put(self, path: str, value: Any, field: str | None = None) -> None:
        """Set a value; nothing is sent for None, an empty mapping or an empty list."""
        if value is None or value in ({}, []):
            return
        steps = path.split(".")
        node = self.params
        for step in steps[:-1]:
            node = node.setdefault(step, {})
        node[steps[-1]] = value
        self.origins[path] = self._origin(field)

    def put_items(self, path: str, items: list[tuple[dict[str, Any], dict[str, str]]]) -> None:
        """Set a list of structures; each comes with a map from its inner paths to fields."""
        if not items:
            return
        self.put(path, [value for value, _ in items])
        for index, (_, fields) in enumerate(items):
            for inner, field in fields.items():
                step = join_path(path, index)
                self.origins[f"{step}.{inner}" if inner else step] = self._origin(field)

    def put_map(self, path: str, values: Mapping[str, Any], field: str) -> None:
        """Set a mapping whose every entry has its own place in the scenario."""
        if not values:
            return
        self.put(path, dict(values), field)
        for key in values:
            self.origins[join_path(path, key)] = self._origin(f"{field}.{key}")

    def put_tags(self, tags: Mapping[str, str], **fields: str | None) -> None:
        """The scenario's tags, and fields of its own that are tags too, as SageMaker takes them."""
        told = {f"tags.{key}": (key, value) for key, value in tags.items()}
        told |= {field: (field, value) for field, value in fields.items() if value is not None}
        items = [
            ({"Key": key, "Value": value}, {"": field, "Value": field})
            for field, (key, value) in told.items()
        ]
        self.put_items("Tags", items)

    def merge(self, raw: Mapping[str, Any], field: str) -> None:
        """Merge the scenario's own `aws:` parameters last; they win and have source raw."""
        _merge(self.params, typed(f"{self.service}:{self.operation}", raw))
        for path, _ in walk(raw):
            if path:
                origin = self.context.origins.origin(f"{field}.{path}")
                self.origins[path] = Origin(Source.RAW, origin.field, origin.place)

    def call(self) -> Call:
        return Call(self.service, self.operation, self.params, self.origins)

    def _origin(self, field: str | None) -> Origin:
        return Origin(Source.BUILT_IN) if field is None else self.context.origin(field)


def _merge(into: dict[str, Any], raw: Mapping[str, Any]) -> None:
    """Mappings are merged, everything else is replaced; null removes what was compiled."""
    for key, value in raw.items():
        if value is None:
            into.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value
