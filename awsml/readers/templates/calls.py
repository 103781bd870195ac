"""One resource of a template as the call that CloudFormation makes of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from awsml.finding import Confidence, Finding, Level, NotChecked
from awsml.nearness import named, nearest
from awsml.plan import Call, Origin, Ref, Source, Text, Unknown, join_path
from awsml.readers.templates.functions import Functions
from awsml.readers.templates.resource_types import (
    ResourceType,
    members_by_property,
    resource_type,
)
from awsml.readers.templates.serverless import SamEvent, sam_events
from awsml.readers.templates.template import Resource
from awsml.readers.templates.values import made, number, typed
from awsml.requests.table import Shape, Table, load_table
from awsml.scenario.nodes import Entry, ListNode, MapNode, Node, ScalarNode, plain, value_place

_ABSENT = object()
_WORDS = {"true": True, "false": False, "null": None}
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
_JSON_TEXT = "EventPattern"  # an object in a template, and its text in the request
_TARGET = ("ServiceNamespace", "ResourceId", "ScalableDimension")


def calls_of(resource: Resource, functions: Functions) -> Iterator[Call]:
    """The call of a resource, and those of what stands inside it (targets, scheduled actions)."""
    kind = resource_type(resource.type)
    if kind is None:
        for event in sam_events(resource, functions.template):
            yield _of_event(event, resource, functions)
        return
    properties = resource.properties
    value = functions.value(properties) if properties is not None else None
    if isinstance(value, Unknown):
        reason = f"{resource.name}: {value.reason}"
        functions.not_checked.append(NotChecked("template-resource", reason))
        return
    body = value if isinstance(value, MapNode) else MapNode({}, resource.key.place)
    if kind.name == "AWS::ApplicationAutoScaling::ScalingPolicy":
        body = _with_target(body, functions)
    main = _request(kind, kind.api, body, resource, functions)
    yield main
    inner = kind._replace(named_by=None, besides=frozenset())
    if kind.name == "AWS::Events::Rule" and "Targets" in body.entries:
        targets = MapNode({"Targets": body.entries["Targets"]}, body.place)
        call = _request(inner, "events:PutTargets", targets, resource, functions)
        yield replace(call, params={"Rule": main.params.get("Name"), **call.params})
    if kind.name == "AWS::ApplicationAutoScaling::ScalableTarget":
        yield from _scheduled(inner, body, resource, functions)


def _of_event(event: SamEvent, resource: Resource, functions: Functions) -> Call:
    """What SAM asks for an event; of the target it is only known which function it is."""
    call = _request(
        event.kind, event.kind.api, event.properties, resource, functions, event.written
    )
    params = {"Name": Ref(f"{event.id}.Name"), **call.params}
    if call.service == "scheduler":
        target = {"Arn": Ref(f"{resource.name}.Arn"), "RoleArn": Ref(f"{event.id}Role.Arn")}
        params = {"FlexibleTimeWindow": {"Mode": "OFF"}, **params, "Target": target}
    origin = Origin(Source.RAW, f"{resource.name}.{event.written}", event.properties.place)
    return replace(call, params=params, origins={**call.origins, "": origin}, id=event.id)


def _with_target(body: MapNode, functions: Functions) -> MapNode:
    """A policy may point at its target instead of saying what it is."""
    entry = body.entries.get("ScalingTargetId")
    pointed = functions.value(entry.value) if entry else None
    if entry is None or pointed is None:
        return body
    name = pointed.name.partition(".")[0] if isinstance(pointed, Ref) else ""
    resource = functions.template.resources.get(name)
    target = resource.properties if resource else None
    if isinstance(target, MapNode):
        shared = {key: target.entries[key] for key in _TARGET if key in target.entries}
        return MapNode({**shared, **body.entries}, body.place)
    # The id of a target is what it is: endpoint/name/variant/all|its dimension|sagemaker.
    parts = pointed.text.split("|") if isinstance(pointed, ScalarNode) else ()
    if len(parts) == len(_TARGET):
        said = zip(("ResourceId", "ScalableDimension", "ServiceNamespace"), parts, strict=True)
        given = {key: Entry(entry.key, made(text, entry.value)) for key, text in said}
        return MapNode({**given, **body.entries}, body.place)
    return MapNode({**dict.fromkeys(_TARGET, entry), **body.entries}, body.place)


def _scheduled(
    kind: ResourceType, body: MapNode, resource: Resource, functions: Functions
) -> Iterator[Call]:
    entry = body.entries.get("ScheduledActions")
    actions = functions.value(entry.value) if entry else None
    for action in actions.items if isinstance(actions, ListNode) else ():
        value = functions.value(action)
        if isinstance(value, MapNode):
            target = {key: body.entries[key] for key in _TARGET if key in body.entries}
            both = MapNode({**target, **value.entries}, value.place)
            api = "application-autoscaling:PutScheduledAction"
            yield _request(kind, api, both, resource, functions)


def _request(
    kind: ResourceType,
    api: str,
    body: MapNode,
    resource: Resource,
    functions: Functions,
    written: str = "",
) -> Call:
    table = load_table(api)
    assert table is not None, f"there is no table of {api}"
    used = functions.used
    functions.used = set(resource.depends_on)
    request = _Request(table, kind, resource, functions)
    request.origins[""] = Origin(Source.RAW, resource.name, resource.key.place)
    params = request.structure(body, table.input, "", written)
    name = kind.named_by
    if name is not None:
        member = name if name in table.shapes[table.input].members else name[0].lower() + name[1:]
        params.setdefault(member, Ref(f"{resource.name}.{name}"))
    besides = {**request.besides, "DependsOn": sorted(functions.used)}
    functions.used = used
    service, _, operation = api.partition(":")
    return Call(service, operation, params, request.origins, resource.name, besides)


@dataclass(slots=True)
class _Request:
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
            if member is None:
                self._unknown(entry, here, members)
                continue
            inner = self._entry(entry, shape.members[member], join_path(path, member), here)
            if inner is not _ABSENT:
                found[member] = inner
        return found

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

    def _unknown(self, entry: Entry, written: str, members: Mapping[str, str]) -> None:
        name = entry.key.text
        near = nearest(name, members)
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
