"""What the parameters of a template may be: the defaults, then other allowed values, bounded."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from awsml.finding import NotChecked, Related
from awsml.plan import Unknown
from awsml.readers.templates.conditions import compared_values
from awsml.readers.templates.resource_types import resource_type
from awsml.readers.templates.serverless import sam_events
from awsml.readers.templates.template import Parameter, Template
from awsml.scenario.nodes import ListNode, MapNode, Node, ScalarNode

MOST_COMBINATIONS = 32

Setting = ScalarNode | Unknown


class Combination(NamedTuple):
    """A value for every parameter, and which of them are not the first choice."""

    settings: Mapping[str, Setting]
    unusual: tuple[Related, ...] = ()


def combinations(template: Template) -> tuple[list[Combination], list[NotChecked]]:
    """The combinations to try: the defaults, each other value by itself, then values together.

    Only parameters that take part in what is read are varied.
    """
    choices = _choices(template)
    total = math.prod(len(values) for values in choices.values())
    tried = list(itertools.islice(_varied(choices), MOST_COMBINATIONS))
    if total <= len(tried):
        return tried, []
    names = ", ".join(name for name, values in choices.items() if len(values) > 1)
    reason = f"{total:,} combinations of {names} are possible, and {len(tried)} were tried"
    return tried, [NotChecked("template-parameters", reason)]


def _choices(template: Template) -> dict[str, tuple[Setting, ...]]:
    compared = compared_values(template.conditions)
    used = _used_names(template)
    return {
        name: _values(parameter, tuple(compared.get(name, {}).values()), name in used)
        for name, parameter in template.parameters.items()
    }


def _values(
    parameter: Parameter, compared: Sequence[ScalarNode], varied: bool
) -> tuple[Setting, ...]:
    """The default first; without one an allowed value, else nothing is known."""
    others = parameter.allowed or compared
    first: Setting | None = parameter.default
    if first is None and parameter.allowed:
        first = parameter.allowed[0]
    if first is None:
        first = Unknown(f"the parameter {parameter.name} has no default", parameter.no_echo)
    if not varied:
        return (first,)
    text = first.text if isinstance(first, ScalarNode) else None
    distinct = {other.text: other for other in others if other.text != text}
    return (first, *distinct.values())


def _varied(choices: Mapping[str, tuple[Setting, ...]]) -> Iterator[Combination]:
    defaults = {name: values[0] for name, values in choices.items()}
    yield Combination(defaults)
    for name, values in choices.items():
        for value in values[1:]:
            yield Combination({**defaults, name: value}, _unusual({name: value}))
    several = {name: values for name, values in choices.items() if len(values) > 1}
    for picked in itertools.product(*several.values()):
        chosen = dict(zip(several, picked, strict=True))
        changed = {name: v for name, v in chosen.items() if v is not defaults[name]}
        if len(changed) > 1:
            yield Combination({**defaults, **chosen}, _unusual(changed))


def _unusual(changed: Mapping[str, Setting]) -> tuple[Related, ...]:
    return tuple(
        Related(f"where the parameter {name} is {value.text}", value.place)
        for name, value in changed.items()
        if isinstance(value, ScalarNode)
    )


def _used_names(template: Template) -> frozenset[str]:
    """What the resources that are read refer to, and what decides about conditions."""
    resources = template.resources.values()
    bodies: list[Node] = [each.body for each in resources if resource_type(each.type)]
    bodies += [event.properties for each in resources for event in sam_events(each, template)]
    return frozenset(_names([*bodies, *template.conditions.values()]))


def _names(nodes: list[Node]) -> Iterator[str]:
    """Everything that Ref and Sub name below some nodes."""
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, ListNode):
            stack.extend(node.items)
        elif isinstance(node, MapNode):
            stack.extend(entry.value for entry in node.entries.values())
            if (name := node.text("Ref")) is not None:
                yield name
            if (sub := node.entries.get("Fn::Sub")) is not None:
                yield from _substituted(sub.value)


def _substituted(node: Node) -> Iterator[str]:
    first = node.items[0] if isinstance(node, ListNode) and node.items else node
    if isinstance(first, ScalarNode):
        for part in first.text.split("${")[1:]:
            yield part.partition("}")[0].strip()
