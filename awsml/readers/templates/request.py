"""A resource's properties as the parameters of a request, each with where it stood."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from awsml.finding import Confidence, Finding, Level
from awsml.nearness import named, nearest
from awsml.plan import Origin, Ref, Source, Text, Unknown, join_path
from awsml.readers.templates.functions import Functions
from awsml.readers.templates.resource_types import ResourceType, members_by_property
from awsml.readers.templates.template import Resource
from awsml.readers.templates.values import number, typed
from awsml.requests.table import Shape, Table
from awsml.scenario.nodes import Entry, ListNode, MapNode, Node, ScalarNode, plain, value_place

POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
TARGET = ("ServiceNamespace", "ResourceId", "ScalableDimension")

_ABSENT = object()
_WORDS = {"true": True, "false": False, "null": None}
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
_JSON_TEXT = "EventPattern"  # an object in a template, and its text in the request


@dataclass(slots=True)
class Request:
    """Takes a resource's properties over into parameters, and notes where each stood."""

    table: Table
    kind: ResourceType
    resource: Resource
    functions: Functions
    origins: dict[str, Origin] = field(default_factory=dict)
    besides: dict[str, Any] = field(default_factory=dict)

    def structure(self, node: MapNode, name: str, path: str, written: str) -> dict[str, Any]:
        shape = self.table.shapes[name]
        members = members_by_property(self.table.api, name, self.kind.spellings)
        found: dict[str, Any] = {}
        for key, entry in node.entries.items():
            here = join_path(written, key)
            if key.startswith("Fn::"):
                late = Unknown(f"{key} may add to `{written or self.resource.name}`")
                found = dict.fromkeys(shape.members, late) | found
                continue
            if here in self.kind.besides:
                self.besides[here] = _plain(self.functions, entry.value)
                continue
            member = members.get(key)
            if member is None or here in self.kind.lacks:
                self._unknown(entry, here, members, self._below(shape, key))
                continue
            inner = self._entry(entry, shape.members[member], join_path(path, member), here)
            if inner is not _ABSENT:
                found[member] = inner
        return found

    def wanted(self, body: MapNode) -> dict[str, Unknown]:
        """What CloudFormation wants and is not there: said once, and not known to the rules."""
        written = body.entries.keys()
        if any(name.startswith("Fn::") for name in written):
            return {}
        hints = {name: f"add `{name}`" for name in self.kind.needs if name not in written}
        late = [*hints]
        if self.kind.name == POLICY and not written & {*TARGET, "ScalingTargetId"}:
            hints["ScalingTargetId"] = "add `ScalingTargetId: !Ref` of the target that it scales"
            late += TARGET
        name, place = self.resource.name, self.resource.key.place
        self.functions.findings += [
            Finding(
                "missing-required",
                Level.ERROR,
                f"`{name}` lacks `{lacking}`",
                hint,
                Confidence.DOCUMENTED,
                place,
                field=name,
            )
            for lacking, hint in hints.items()
        ]
        return {lacking: Unknown(f"`{lacking}` is missing") for lacking in late}

    def _entry(self, entry: Entry, shape: str, path: str, written: str) -> Any:
        place = value_place(entry.value, entry.key)
        self.origins[path] = Origin(Source.RAW, f"{self.resource.name}.{written}", place)
        return self._value(entry.value, shape, path, written)

    def _value(self, node: Node, name: str, path: str, written: str) -> Any:
        shape = self.table.shapes[name]
        value = self.functions.value(node)
        if value is None:
            return _ABSENT
        if isinstance(value, Unknown):
            return value
        if value is not node and _is_empty(value):
            # Who leaves a parameter empty means it to be given, or asks for it in a condition.
            return Unknown(f"`{written}` is empty unless a parameter says something else")
        if isinstance(value, Ref | Text):
            late = Unknown(f"`{written}` is known when the stack is made")
            return value if shape.type == "string" else late
        if isinstance(value, MapNode):
            return self._mapping(value, name, path, written)
        if isinstance(value, ListNode):
            return self._list(value, shape, path, written)
        return typed(value, shape.type)

    def _mapping(self, node: MapNode, name: str, path: str, written: str) -> Any:
        shape = self.table.shapes[name]
        if shape.type == "structure":
            return self.structure(node, name, path, written)
        if shape.type == "string" and path == _JSON_TEXT:
            return json.dumps(_json(self.functions, node))
        if shape.type != "map" or shape.value is None:
            return plain(node)
        found = {}
        for key, entry in node.entries.items():
            here = join_path(path, key)
            inner = self._entry(entry, shape.value, here, join_path(written, key))
            if inner is not _ABSENT:
                found[key] = inner
        return found

    def _list(self, node: ListNode, shape: Shape, path: str, written: str) -> Any:
        if shape.type == "map" and shape.value is not None:
            return self._tags(node)
        if shape.type != "list" or shape.item is None:
            return plain(node)
        found: list[Any] = []
        for item in node.items:
            here, shown = join_path(path, len(found)), join_path(written, len(found))
            place = value_place(item, None)
            self.origins[here] = Origin(Source.RAW, f"{self.resource.name}.{shown}", place)
            inner = self._value(item, shape.item, here, shown)
            if inner is not _ABSENT:
                found.append(inner)
        return found

    def _tags(self, node: ListNode) -> Any:
        """CloudFormation writes tags as a list where some services take a map."""
        found = {}
        for item in node.items:
            tag = self.functions.value(item)
            if not isinstance(tag, MapNode) or not {"Key", "Value"} <= tag.entries.keys():
                return plain(node)
            key = self.functions.text(tag.entries["Key"].value)
            if isinstance(key, str):
                found[key] = self.functions.text(tag.entries["Value"].value)
        return found

    def _below(self, shape: Shape, name: str) -> list[str]:
        """Where a property of this name stands one level further in."""
        api, spellings = self.table.api, self.kind.spellings
        return [
            f"{member[0].upper()}{member[1:]}.{name}"
            for member, inner in shape.members.items()
            if name in members_by_property(api, inner, spellings)
        ]

    def _unknown(
        self, entry: Entry, written: str, members: Mapping[str, str], below: Sequence[str]
    ) -> None:
        name = entry.key.text
        members = {each: m for each, m in members.items() if each not in self.kind.lacks}
        near = nearest(name, members) or below
        hint = f"did you mean `{near[0]}`?" if near else f"it may have {named(members, 12)}"
        where = written.rpartition(".")[0]
        self.functions.findings.append(
            Finding(
                "unknown-field",
                Level.ERROR,
                f"{f'`{where}` of ' if where else ''}{self.kind.name} has no property `{name}`",
                hint,
                Confidence.DOCUMENTED,
                entry.key.place,
                field=f"{self.resource.name}.{written}",
            )
        )


def _is_empty(value: Node | Ref | Text) -> bool:
    if isinstance(value, ListNode):
        return not value.items
    return isinstance(value, ScalarNode) and not value.text


def _json(functions: Functions, node: Node) -> Any:
    """The JSON that CloudFormation makes of a node; what is known later stands as its name."""
    value = functions.value(node)
    if isinstance(value, MapNode):
        return {
            name: _json(functions, entry.value)
            for name, entry in value.entries.items()
            if functions.value(entry.value) is not None
        }
    if isinstance(value, ListNode):
        found = [functions.value(item) for item in value.items]
        pairs = zip(value.items, found, strict=True)
        return [_json(functions, item) for item, inner in pairs if inner is not None]
    if not isinstance(value, ScalarNode):
        return str(value)
    if not value.plain:
        return value.text
    if value.text in _WORDS:
        return _WORDS[value.text]
    return number(value.text, whole=False) if _NUMBER.fullmatch(value.text) else value.text


def _plain(functions: Functions, node: Node) -> Any:
    value = functions.value(node)
    return plain(value) if isinstance(value, ScalarNode | ListNode | MapNode) else value
