"""A template's sections, read from its tree: parameters, conditions, mappings, resources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from awsml.errors import UsageError
from awsml.finding import Finding, Place
from awsml.scenario.nodes import ListNode, MapNode, Node, ScalarNode
from awsml.scenario.parser import parse
from awsml.scenario.source import SourceText
from awsml.scenario.suppression import Ignore, read_ignores

# `!Sub x` is short for `{"Fn::Sub": x}`; Ref and Condition have no prefix.
_FUNCTIONS = (
    *("And", "Base64", "Cidr", "Contains", "EachMemberEquals", "EachMemberIn", "Equals"),
    *("FindInMap", "GetAtt", "GetAZs", "If", "ImportValue", "Join", "Length", "Not", "Or"),
    *("RefAll", "Select", "Split", "Sub", "ToJsonString", "Transform", "ValueOf", "ValueOfAll"),
)
SHORT_FORMS = {
    **{f"!{name}": f"Fn::{name}" for name in _FUNCTIONS},
    "!Ref": "Ref",
    "!Condition": "Condition",
}
LONG_FORMS = frozenset(SHORT_FORMS.values())

# YAML's own keys stand at the margin: other tools keep resources of AWS further in.
_TEMPLATE = re.compile(
    r"""^(?:[ \t{,]*["'])?(?:AWSTemplateFormatVersion|Resources)["']?[ \t]*:""", re.MULTILINE
)
# With an object as its value it is a property of a JSON Schema that describes templates.
_VERSION = re.compile(r"""AWSTemplateFormat\w*["']?[ \t]*:(?!\s*\{)""")
_TYPE = re.compile(r"""["']?Type["']?\s*:\s*["']?(?:AWS|Custom|Alexa)::""")


class Parameter(NamedTuple):
    """A parameter with what it may be; `default` and `allowed` as they are written."""

    name: str
    type: str
    default: ScalarNode | None
    allowed: tuple[ScalarNode, ...]
    place: Place
    no_echo: bool = False  # whether it is a secret

    @property
    def is_list(self) -> bool:
        return self.type == "CommaDelimitedList" or self.type.startswith("List<")


class Resource(NamedTuple):
    """A resource as it is written; `body` holds its properties and policies."""

    name: str
    type: str
    key: ScalarNode
    body: MapNode

    @property
    def properties(self) -> Node | None:
        entry = self.body.entries.get("Properties")
        return entry.value if entry else None

    @property
    def condition(self) -> str | None:
        return self.body.text("Condition")

    @property
    def depends_on(self) -> frozenset[str]:
        entry = self.body.entries.get("DependsOn")
        if entry is None:
            return frozenset()
        nodes = entry.value.items if isinstance(entry.value, ListNode) else (entry.value,)
        return frozenset(node.text for node in nodes if isinstance(node, ScalarNode))


class Template(NamedTuple):
    """One template; what is wrong with its text stands in `findings`."""

    source: SourceText
    parameters: Mapping[str, Parameter]
    mappings: MapNode
    outputs: MapNode
    conditions: Mapping[str, Node]
    resources: Mapping[str, Resource]
    transforms: tuple[str, ...]
    findings: tuple[Finding, ...]
    ignores: tuple[Ignore, ...]

    @property
    def transformed(self) -> bool:
        """Whether a macro may add resources that are not written here."""
        return bool(self.transforms)

    def has_transform(self, start: str) -> bool:
        """Whether a macro whose name starts so works on this template."""
        return any(name.startswith(start) for name in self.transforms)


def looks_like_template(text: str) -> bool:
    """Whether a text says that it is one; without building its tree."""
    says = _VERSION.search(text) or _TYPE.search(text)
    return bool(says and _TEMPLATE.search(text))


def parse_template(source: SourceText) -> Template:
    """The template of a text; UsageError where it is none."""
    if source.file.endswith(".json"):
        from awsml.readers.json_places import parse_json  # not for YAML

        parse_json(source.text, source.file)  # stricter, and tells the place better
    parsed = parse(source, SHORT_FORMS)
    root = parsed.roots[0] if parsed.roots else None
    resources = section(root, "Resources") if isinstance(root, MapNode) else None
    if not isinstance(root, MapNode) or resources is None:
        raise UsageError(
            f"{source.file} has no resources",
            hint="a template holds `Resources:`, a mapping of names to resources",
            where=root.place if root else Place(source.file),
            slug="not-a-template",
        )
    ignores, complaints = read_ignores(source, parsed.roots)
    nothing = MapNode({}, root.place)
    conditions = section(root, "Conditions") or nothing
    return Template(
        source,
        _parameters(section(root, "Parameters") or nothing),
        section(root, "Mappings") or nothing,
        section(root, "Outputs") or nothing,
        {name: entry.value for name, entry in conditions.entries.items()},
        _resources(resources),
        _transforms(root, resources),
        (*parsed.findings, *complaints),
        ignores,
    )


def _transforms(root: MapNode, resources: MapNode) -> tuple[str, ...]:
    """The names of the macros; what is no name, as of those among resources, is an empty one."""
    among = ["" for part in (root, resources) if "Fn::Transform" in part.entries]
    entry = root.entries.get("Transform")
    if entry is None:
        return tuple(among)
    nodes = entry.value.items if isinstance(entry.value, ListNode) else (entry.value,)
    names = (node.text if isinstance(node, ScalarNode) else "" for node in nodes)
    return (*names, *among)


def section(node: MapNode, name: str) -> MapNode | None:
    """A mapping below another; None when it is absent or none."""
    entry = node.entries.get(name)
    return entry.value if entry is not None and isinstance(entry.value, MapNode) else None


def _parameters(declared: MapNode) -> dict[str, Parameter]:
    found = {}
    for name, entry in declared.entries.items():
        if isinstance(entry.value, MapNode):
            found[name] = _parameter(name, entry.value, entry.key.place)
    return found


def _parameter(name: str, body: MapNode, place: Place) -> Parameter:
    default, allowed = body.entries.get("Default"), body.entries.get("AllowedValues")
    values = allowed.value.items if allowed and isinstance(allowed.value, ListNode) else ()
    return Parameter(
        name,
        body.text("Type") or "String",
        default.value if default and isinstance(default.value, ScalarNode) else None,
        tuple(value for value in values if isinstance(value, ScalarNode)),
        place,
        (body.text("NoEcho") or "").lower() == "true",
    )


def _resources(declared: MapNode) -> dict[str, Resource]:
    found = {}
    for name, entry in declared.entries.items():
        body = entry.value
        kind = body.text("Type") if isinstance(body, MapNode) else None
        if isinstance(body, MapNode) and kind is not None:
            found[name] = Resource(name, kind, entry.key, body)
    return found
