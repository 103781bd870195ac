"""Which services the roles of a template let take them, as far as it is written."""

from __future__ import annotations

from collections.abc import Iterator

from awsml.readers.templates.template import Resource, Template, section
from awsml.readers.templates.values import written
from awsml.scenario.nodes import ListNode, MapNode, Node

Trusts = dict[str, frozenset[str]]


class _NotWritten(Exception):
    """Part of a policy is a function, or trusts more than services."""


def trusts_of(template: Template) -> Trusts:
    """The services by role, `ecs-tasks` for ecs-tasks.amazonaws.com; instance profiles trust what
    their role does. Roles of which not all is written are left out."""
    found: Trusts = {}
    resources = template.resources.values()
    for role in (each for each in resources if each.type == "AWS::IAM::Role"):
        try:
            found[role.name] = frozenset(_trusted(role))
        except _NotWritten:
            continue
    for profile in (each for each in resources if each.type == "AWS::IAM::InstanceProfile"):
        named = _property(profile, "Roles")
        items = named.items if isinstance(named, ListNode) else ()
        names = [item.text("Ref") for item in items if isinstance(item, MapNode)]
        if len(names) == 1 and names[0] in found:
            found[profile.name] = found[names[0]]
    return found


def _trusted(role: Resource) -> Iterator[str]:
    policy = _property(role, "AssumeRolePolicyDocument")
    entry = policy.entries.get("Statement") if isinstance(policy, MapNode) else None
    if entry is None:
        raise _NotWritten
    for statement in _several(entry.value):
        if not isinstance(statement, MapNode) or statement.text("Effect") != "Allow":
            raise _NotWritten  # what is denied depends on conditions
        principal = section(statement, "Principal")
        if principal is None:
            raise _NotWritten
        for name, who in principal.entries.items():
            if name == "Service":
                yield from (_service(each) for each in _several(who.value))
            elif name not in ("AWS", "Federated"):
                raise _NotWritten


def _service(node: Node) -> str:
    """`batch` of batch.amazonaws.com, also where the end is put together."""
    if isinstance(node, MapNode) and "Fn::Sub" in node.entries:
        node = node.entries["Fn::Sub"].value
    name, dot, _ = written(node).partition(".")
    if not dot or "$" in name:
        raise _NotWritten
    return name


def _property(resource: Resource, name: str) -> Node | None:
    properties = resource.properties
    entry = properties.entries.get(name) if isinstance(properties, MapNode) else None
    return entry.value if entry else None


def _several(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, ListNode) else (node,)
