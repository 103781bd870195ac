"""What a template's functions come to: Ref, Sub, GetAtt, If and their kin, for one set of
parameters. What only a deployment knows stays a Ref, or an Unknown with its reason."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from awsml.finding import Finding, NotChecked
from awsml.plan import Ref, Text, Unknown
from awsml.readers.templates.conditions import Conditions
from awsml.readers.templates.names import VARIABLE, unresolved
from awsml.readers.templates.resource_types import reference_member, resource_type
from awsml.readers.templates.template import Template, section
from awsml.readers.templates.values import (
    Value,
    dynamic,
    function_of,
    joined,
    made,
    textual,
    written,
)
from awsml.scenario.nodes import ListNode, MapNode, Node, ScalarNode
from awsml.units import counted

_INDEX = re.compile(r"[0-9]{1,9}")
_PSEUDO = {
    "AWS::AccountId": "account",
    "AWS::Region": "region",
    "AWS::Partition": "partition",
    "AWS::URLSuffix": "url-suffix",
    "AWS::StackName": "stack-name",
    "AWS::StackId": "stack-id",
    "AWS::NotificationARNs": "notification-arns",
}
_DEEPEST = 60
# Functions may name each other and repeat what they name, so that a page of them asks for more
# than any machine could work out. Templates come to some thousands of values.
_MOST_VALUES = 100_000
_LONGEST_TEXTS = 8 * 1024 * 1024  # characters put together in one template


@dataclass(slots=True)
class Functions:
    """The values of one template under one set of parameters."""

    template: Template
    settings: Mapping[str, ScalarNode | Unknown]
    region: str | None
    findings: list[Finding] = field(default_factory=list)
    not_checked: list[NotChecked] = field(default_factory=list)
    uses_region: bool = False
    used: set[str] = field(default_factory=set)  # resources that were referred to
    asked: set[str] = field(default_factory=set)  # parameters that were referred to
    _depth: int = 0
    _values: int = 0
    _characters: int = 0

    @property
    def conditions(self) -> Conditions:
        return Conditions(self.template.conditions, self._compared)

    def value(self, node: Node) -> Value:
        """The node itself, or what its function comes to."""
        self._values += 1
        if self._depth >= _DEEPEST or self._outgrown():
            return Unknown("functions are nested too deeply")
        if isinstance(node, ScalarNode):
            return dynamic(node.text) or node
        call = function_of(node)
        if call is None:
            return node
        self._depth += 1
        try:
            return self._called(node, *call)
        finally:
            self._depth -= 1

    def _called(self, node: Node, name: str, argument: Node) -> Value:
        match name:
            case "Ref":
                return self._ref(written(argument), node)
            case "Fn::GetAtt":
                return self._attribute(argument, node)
            case "Fn::Sub":
                return self._sub(argument, node)
            case "Fn::Join":
                return self._join(argument, node)
            case "Fn::If":
                return self._if(argument)
            case "Fn::FindInMap":
                return self._find(argument)
            case "Fn::Select":
                return self._select(argument)
            case "Fn::Split":
                return self._split(argument, node)
            case "Fn::Base64":
                return self._base64(argument, node)
        return Unknown(f"{name} is worked out when the stack is made")

    def _outgrown(self) -> bool:
        return self._values > _MOST_VALUES or self._characters > _LONGEST_TEXTS

    def text(self, node: Node) -> str | Ref | Text | Unknown:
        """The text that a node comes to."""
        value = self.value(node)
        if isinstance(value, ScalarNode):
            self._characters += len(value.text)
            return value.text
        if value is None or isinstance(value, ListNode | MapNode):
            return Unknown("a text was expected here")
        return value

    def _compared(self, node: Node) -> str | Ref | Text | Unknown:
        """A parameter without a value equals nothing that is written in the template."""
        name = node.text("Ref") if isinstance(node, MapNode) else None
        if name is not None and isinstance(self.settings.get(name), Unknown):
            self.asked.add(name)
            return f"‹{name}›"
        return self.text(node)

    def _ref(self, name: str, at: Node) -> Value:
        if name == "AWS::NoValue":
            return None
        if name in self.template.parameters:
            return self._parameter(name, at)
        if name in _PSEUDO:
            return self._pseudo(name, at)
        resource = self.template.resources.get(name)
        if resource is None:
            return self._unresolved(name, at)
        self.used.add(name)
        member = reference_member(resource.type)
        return self._member(name, member, at) if member else Ref(name)

    def _parameter(self, name: str, at: Node) -> Value:
        self.asked.add(name)
        setting = self.settings[name]
        if isinstance(setting, Unknown):
            return setting
        kind = self.template.parameters[name]
        if kind.type.startswith("AWS::SSM::Parameter::Value"):
            return Unknown(f"the parameter {name} is read from Parameter Store")
        if not kind.is_list:
            return ScalarNode(setting.text, at.place, plain=kind.type == "Number")
        words = [word.strip() for word in setting.text.split(",") if word.strip()]
        self._values += len(words)
        return ListNode(tuple(made(word, at) for word in words), at.place, True)

    def _pseudo(self, name: str, at: Node) -> Value:
        known = None
        if self.region is not None:
            chinese = self.region.startswith("cn-")
            government = "aws-us-gov" if self.region.startswith("us-gov-") else "aws"
            known = {
                "AWS::Region": self.region,
                "AWS::Partition": "aws-cn" if chinese else government,
                "AWS::URLSuffix": "amazonaws.com.cn" if chinese else "amazonaws.com",
            }.get(name)
        elif name == "AWS::Region":
            self.uses_region = True
        return made(known, at) if known else Ref(_PSEUDO[name])

    def _attribute(self, argument: Node, at: Node) -> Value:
        if isinstance(argument, ListNode):
            words = [self.text(item) for item in argument.items]
            if not all(isinstance(word, str) for word in words):
                return Unknown("the attribute is worked out when the stack is made")
            return self._named_attribute(".".join(map(str, words)), at)
        return self._named_attribute(written(argument), at)

    def _named_attribute(self, path: str, at: Node) -> Value:
        name, _, attribute = path.partition(".")
        if name not in self.template.resources:
            return self._unresolved(name, at)
        self.used.add(name)
        return self._member(name, attribute, at)

    def _member(self, name: str, member: str, at: Node) -> Value:
        """What a resource is called where the template says so, else a reference to it."""
        resource = self.template.resources[name]
        kind = resource_type(resource.type)
        properties = resource.properties
        if kind and member == kind.named_by and isinstance(properties, MapNode):
            entry = properties.entries.get(member)
            if entry is not None:
                value = self.value(entry.value)
                return value._replace(place=at.place) if isinstance(value, ScalarNode) else value
        return Ref(f"{name}.{member}")

    def _unresolved(self, name: str, at: Node) -> Unknown:
        if not self.template.transformed:
            self.findings.append(unresolved(name, self.template, at.place))
        return Unknown(f"nothing in the template is called {name}")

    def _sub(self, argument: Node, at: Node) -> Value:
        given = MapNode({}, at.place)
        if isinstance(argument, ListNode) and argument.items:
            if len(argument.items) > 1 and isinstance(argument.items[1], MapNode):
                given = argument.items[1]
            argument = argument.items[0]
        text = written(argument)
        parts: list[str | Ref | Text | Unknown] = []
        end = 0
        for match in VARIABLE.finditer(text):
            parts += [text[end : match.start()], self._variable(match[1].strip(), given, at)]
            end = match.end()
        return joined([*parts, text[end:]], at)

    def _variable(self, name: str, given: MapNode, at: Node) -> str | Ref | Text | Unknown:
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if name in given.entries:
            return self.text(given.entries[name].value)
        if self._outgrown():
            return Unknown("the text is put together of too many parts")
        inner = self._named_attribute(name, at) if "." in name else self._ref(name, at)
        self._characters += len(inner.text) if isinstance(inner, ScalarNode) else 0
        return inner.text if isinstance(inner, ScalarNode) else textual(inner)

    def _join(self, argument: Node, at: Node) -> Value:
        if not isinstance(argument, ListNode) or len(argument.items) != 2:
            return Unknown("Fn::Join takes a delimiter and a list")
        delimiter, values = self.text(argument.items[0]), self.value(argument.items[1])
        if isinstance(values, Unknown):
            return values
        if not isinstance(delimiter, str) or not isinstance(values, ListNode):
            return Unknown("what Fn::Join puts together is known when the stack is made")
        parts: list[str | Ref | Text | Unknown] = []
        for item in values.items:
            if self.value(item) is not None:
                parts += [*([delimiter] if parts else []), self.text(item)]
        return joined(parts, at)

    def _if(self, argument: Node) -> Value:
        if not isinstance(argument, ListNode) or len(argument.items) != 3:
            return Unknown("Fn::If takes a condition and two values")
        name, first, second = argument.items
        if written(name) not in self.template.conditions:
            return Unknown(f"there is no condition {written(name)}")
        holds = self.conditions.holds(written(name))
        if holds is None:
            return Unknown(f"the condition {written(name)} is known when the stack is made")
        return self.value(first if holds else second)

    def _find(self, argument: Node) -> Value:
        items = argument.items if isinstance(argument, ListNode) else ()
        if len(items) < 3:
            return Unknown("Fn::FindInMap takes a mapping and two keys")
        names = [self.text(item) for item in items[:3]]
        if not all(isinstance(name, str) for name in names):
            late = next((name for name in names if isinstance(name, Unknown)), None)
            return late or Unknown("the key of a mapping is known when the stack is made")
        found: Node | None = self.template.mappings
        for name in names[:2]:
            found = section(found, str(name)) if isinstance(found, MapNode) else None
        entry = found.entries.get(str(names[2])) if isinstance(found, MapNode) else None
        if entry is not None:
            return self.value(entry.value)
        return Unknown(f"the mapping {names[0]} holds no {names[1]}.{names[2]}")

    def _select(self, argument: Node) -> Value:
        if not isinstance(argument, ListNode) or len(argument.items) != 2:
            return Unknown("Fn::Select takes a number and a list")
        index, values = self.text(argument.items[0]), self.value(argument.items[1])
        if isinstance(values, Unknown):
            return values
        if not (isinstance(index, str) and isinstance(values, ListNode)):
            return Unknown("what Fn::Select takes is known when the stack is made")
        if not _INDEX.fullmatch(index) or int(index) >= len(values.items):
            return Unknown(
                f"Fn::Select takes number {index} of {counted(len(values.items), 'value')}"
            )
        return self.value(values.items[int(index)])

    def _split(self, argument: Node, at: Node) -> Value:
        if not isinstance(argument, ListNode) or len(argument.items) != 2:
            return Unknown("Fn::Split takes a delimiter and a text")
        delimiter, text = (self.text(item) for item in argument.items)
        if isinstance(text, Unknown):
            return text
        if not isinstance(text, str) or not isinstance(delimiter, str) or not delimiter:
            return Unknown("what Fn::Split takes apart is known when the stack is made")
        words = tuple(made(word, at) for word in text.split(delimiter))
        self._values += len(words)
        return ListNode(words, at.place, True)

    def _base64(self, argument: Node, at: Node) -> Value:
        text = self.text(argument)
        if not isinstance(text, str):
            return text if isinstance(text, Unknown) else Unknown("it is encoded when deployed")
        return made(base64.b64encode(text.encode()).decode("ascii"), at)
