"""Names in a template: resources, conditions and types that are not there; ids that are none."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache

from awsml.finding import Confidence, Finding, Level, Place
from awsml.nearness import closest, nearest
from awsml.readers.templates.resource_types import known_types
from awsml.readers.templates.serverless import TRANSFORM
from awsml.readers.templates.template import Resource, Template
from awsml.scenario.nodes import ListNode, MapNode, Node, ScalarNode

VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LOGICAL_ID = re.compile(r"[A-Za-z0-9]+")
_ALIKE = 0.9  # `JobQueu` and `JobQueue`; what is less alike may be a type that is new


def misnamed(template: Template) -> Iterator[Finding]:
    """What CloudFormation refuses before it makes anything. A macro may add what is missing."""
    for resource in template.resources.values():
        yield from _of_resource(resource, template)
    if template.transformed:
        return
    for node in _nodes(template):
        yield from _of_node(node, template)


def unresolved(name: str, template: Template, place: Place) -> Finding:
    near = nearest(name, [*template.resources, *template.parameters])
    return _unknown(f"nothing in this template is called `{name}`", near, place)


def _of_resource(resource: Resource, template: Template) -> Iterator[Finding]:
    name = resource.name
    if not name.startswith("Fn::") and not _LOGICAL_ID.fullmatch(name):
        yield Finding(
            "bad-name",
            Level.ERROR,
            f"`{name}` is no name of a resource: CloudFormation takes letters and digits",
            f"call it `{re.sub('[^A-Za-z0-9]', '', name) or 'Resource'}`",
            Confidence.DOCUMENTED,
            resource.key.place,
        )
    yield from _of_type(resource, template)
    if template.transformed:
        return
    entry = resource.body.entries.get("Condition")
    if entry is not None and isinstance(entry.value, ScalarNode):
        yield from _condition(entry.value, template)
    entry = resource.body.entries.get("DependsOn")
    nodes = _items(entry.value) if entry else ()
    for node in nodes:
        if isinstance(node, ScalarNode) and node.text not in template.resources:
            near = nearest(node.text, template.resources)
            yield _unknown(f"no resource is called `{node.text}`", near, node.place)


def _of_type(resource: Resource, template: Template) -> Iterator[Finding]:
    entry = resource.body.entries["Type"]
    if resource.type.startswith("AWS::Serverless::") and not template.has_transform(TRANSFORM):
        if not template.transformed:
            message = f"`{resource.type}` is SAM's, and the template does not name its transform"
            hint = "add `Transform: AWS::Serverless-2016-10-31`"
            yield _finding("unknown-resource-type", message, hint, entry.value.place)
        return
    known = known_types()
    if resource.type in known or resource.type.rpartition("::")[0] not in _services():
        return
    near = closest(resource.type, known, _ALIKE)
    if near is not None:
        message = f"CloudFormation has no type `{resource.type}` that is known here"
        hint = f"did you mean `{near}`?"
        yield _finding("unknown-resource-type", message, hint, entry.value.place)


@cache
def _services() -> frozenset[str]:
    return frozenset(each.rpartition("::")[0] for each in known_types())


def _nodes(template: Template) -> Iterator[MapNode]:
    """Every mapping that may be a function: of resources, outputs and conditions."""
    stack: list[Node] = [each.body for each in template.resources.values()]
    stack += [template.outputs, *template.conditions.values()]
    while stack:
        node = stack.pop()
        if isinstance(node, ListNode):
            stack.extend(node.items)
        elif isinstance(node, MapNode):
            stack.extend([entry.value for entry in node.entries.values()])
            if len(node.entries) == 1:
                yield node


def _of_node(node: MapNode, template: Template) -> Iterator[Finding]:
    name, entry = next(iter(node.entries.items()))
    argument = entry.value
    match name:
        case "Ref" if isinstance(argument, ScalarNode):
            yield from _names([argument.text], template, node.place)
        case "Fn::GetAtt":
            first = next(iter(_items(argument)), argument)
            if isinstance(first, ScalarNode):
                yield from _names([first.text.partition(".")[0]], template, node.place)
        case "Fn::Sub":
            yield from _names(_substituted(argument), template, node.place)
        case "Fn::If":
            first = next(iter(_items(argument)), argument)
            if isinstance(first, ScalarNode):
                yield from _condition(first, template)


def _substituted(argument: Node) -> Iterator[str]:
    """The names in a text that are not given beside it."""
    parts = _items(argument)
    text = next(iter(parts), argument)
    given = parts[1].entries if len(parts) > 1 and isinstance(parts[1], MapNode) else {}
    if isinstance(text, ScalarNode):
        for match in VARIABLE.finditer(text.text):
            name = match[1].strip()
            if not name.startswith("!") and name not in given:
                yield name if name in given else name.partition(".")[0]


def _names(names: Iterable[str], template: Template, place: Place) -> Iterator[Finding]:
    for name in names:
        whole = name.partition(".")[0]  # a module's resource is `Module.Resource`
        if whole and not name.startswith("AWS::") and not _is_there(whole, template):
            yield unresolved(name, template, place)


def _is_there(name: str, template: Template) -> bool:
    return name in template.parameters or name in template.resources


def _condition(node: ScalarNode, template: Template) -> Iterator[Finding]:
    if node.text not in template.conditions:
        near = nearest(node.text, template.conditions)
        yield _unknown(f"no condition is called `{node.text}`", near, node.place)


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, ListNode) else (node,)


def _unknown(message: str, near: Collection[str], place: Place) -> Finding:
    hint = f"did you mean `{next(iter(near))}`?" if near else "add it, or correct the name"
    return _finding("unknown-reference", message, hint, place)


def _finding(slug: str, message: str, hint: str, place: Place) -> Finding:
    return Finding(slug, Level.ERROR, message, hint, Confidence.VERIFIED, place)
