"""One resource of a template as the call that CloudFormation makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from awsml.finding import NotChecked
from awsml.plan import Call, Origin, Ref, Source, Unknown
from awsml.readers.templates.functions import Functions
from awsml.readers.templates.request import POLICY, TARGET, Request
from awsml.readers.templates.resource_types import (
    ResourceType,
    resource_type,
)
from awsml.readers.templates.serverless import SamEvent, sam_events
from awsml.readers.templates.template import Resource
from awsml.readers.templates.values import made
from awsml.requests.table import load_table
from awsml.scenario.nodes import Entry, ListNode, MapNode, ScalarNode


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
    if kind.name == POLICY:
        body = _with_target(body, functions)
    main = _request(kind, kind.api, body, resource, functions)
    yield main
    inner = kind._replace(named_by=None, besides=frozenset(), needs=(), lacks=frozenset())
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
        shared = {key: target.entries[key] for key in TARGET if key in target.entries}
        return MapNode({**shared, **body.entries}, body.place)
    # The id of a target is what it is: endpoint/name/variant/all|its dimension|sagemaker.
    parts = pointed.text.split("|") if isinstance(pointed, ScalarNode) else ()
    if len(parts) == len(TARGET):
        said = zip(("ResourceId", "ScalableDimension", "ServiceNamespace"), parts, strict=True)
        given = {key: Entry(entry.key, made(text, entry.value)) for key, text in said}
        return MapNode({**given, **body.entries}, body.place)
    return MapNode({**dict.fromkeys(TARGET, entry), **body.entries}, body.place)


def _scheduled(
    kind: ResourceType, body: MapNode, resource: Resource, functions: Functions
) -> Iterator[Call]:
    entry = body.entries.get("ScheduledActions")
    actions = functions.value(entry.value) if entry else None
    for action in actions.items if isinstance(actions, ListNode) else ():
        value = functions.value(action)
        if isinstance(value, MapNode):
            target = {key: body.entries[key] for key in TARGET if key in body.entries}
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
    request = Request(table, kind, resource, functions)
    request.origins[""] = Origin(Source.RAW, resource.name, resource.key.place)
    params = request.structure(body, table.input, "", written)
    params |= request.wanted(body)
    name = kind.named_by
    if name is not None:
        member = name if name in table.shapes[table.input].members else name[0].lower() + name[1:]
        params.setdefault(member, Ref(f"{resource.name}.{name}"))
    besides = {**request.besides, "DependsOn": sorted(functions.used)}
    functions.used = used
    service, _, operation = api.partition(":")
    return Call(service, operation, params, request.origins, resource.name, besides)
