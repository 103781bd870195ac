"""Rules and schedules that SAM makes of the events of a serverless function or state machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from awsml.readers.templates.resource_types import ResourceType
from awsml.readers.templates.template import Resource, Template, section
from awsml.scenario.nodes import MapNode

TRANSFORM = "AWS::Serverless-"  # and the version of SAM, which has one
_HOLDERS = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")

# By the type of an event: the request that SAM makes of it, the properties that go into it, and
# those that SAM spells in its own way.
_TIMED_RULE = (
    "events:PutRule",
    ("Schedule", "Name", "Description", "State"),
    (("Schedule", "ScheduleExpression"),),
)
_RULE = (
    "events:PutRule",
    ("Pattern", "RuleName", "EventBusName", "State"),
    (("Pattern", "EventPattern"), ("RuleName", "Name")),
)
_SCHEDULE = (
    "scheduler:CreateSchedule",
    (
        *("ScheduleExpression", "ScheduleExpressionTimezone", "StartDate", "EndDate"),
        *("FlexibleTimeWindow", "Name", "GroupName", "Description", "State"),
    ),
    (),
)
_EVENTS = {
    "Schedule": _TIMED_RULE,
    "ScheduleV2": _SCHEDULE,
    "EventBridgeRule": _RULE,
    "CloudWatchEvent": _RULE,
}


class SamEvent(NamedTuple):
    """One event; `id` is the resource that SAM makes of it, `written` where its properties are."""

    id: str
    kind: ResourceType
    written: str
    properties: MapNode


def sam_events(resource: Resource, template: Template) -> Iterator[SamEvent]:
    """The events of a resource that SAM makes rules or schedules of; none without its transform."""
    if resource.type not in _HOLDERS or not template.has_transform(TRANSFORM):
        return
    properties = resource.properties
    events = section(properties, "Events") if isinstance(properties, MapNode) else None
    for name, entry in events.entries.items() if events else ():
        body = entry.value
        known = _EVENTS.get(body.text("Type") or "") if isinstance(body, MapNode) else None
        given = section(body, "Properties") if isinstance(body, MapNode) else None
        if known is None or given is None:
            continue
        api, taken, spellings = known
        kept = {key: given.entries[key] for key in taken if key in given.entries}
        kind = ResourceType(resource.type, api, None, "", frozenset(), spellings)
        written = f"Events.{name}.Properties"
        yield SamEvent(f"{resource.name}{name}", kind, written, MapNode(kept, given.place))
