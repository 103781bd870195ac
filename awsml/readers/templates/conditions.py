"""Which conditions of a template hold; None where only a deployment knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from awsml.plan import Ref, Text, Unknown
from awsml.scenario.nodes import ListNode, MapNode, Node, ScalarNode

_MOST_STEPS = 2000  # of one condition; templates have a few dozen


@dataclass(slots=True)
class Conditions:
    """The conditions by name; `text` says what a value comes to."""

    declared: Mapping[str, Node]
    text: Callable[[Node], str | Ref | Text | Unknown]
    _open: set[str] = field(default_factory=set)
    _steps: int = 0

    def holds(self, name: str) -> bool | None:
        node = self.declared.get(name)
        if node is None or name in self._open:
            return None
        self._open.add(name)
        try:
            return self._holds(node)
        finally:
            self._open.discard(name)

    def _holds(self, node: Node) -> bool | None:
        self._steps += 1
        if self._steps > _MOST_STEPS or not isinstance(node, MapNode) or len(node.entries) != 1:
            return None
        name, entry = next(iter(node.entries.items()))
        argument = entry.value
        if name == "Condition":
            return self.holds(argument.text) if isinstance(argument, ScalarNode) else None
        items = argument.items if isinstance(argument, ListNode) else ()
        if name == "Fn::Equals" and len(items) == 2:
            return self._equal(*items)
        if name == "Fn::Not" and len(items) == 1:
            inner = self._holds(items[0])
            return None if inner is None else not inner
        if name == "Fn::And":
            return _all([self._holds(item) for item in items])
        if name == "Fn::Or":
            inner = _all([_opposite(self._holds(item)) for item in items])
            return _opposite(inner)
        return None

    def _equal(self, left: Node, right: Node) -> bool | None:
        first, second = self.text(left), self.text(right)
        if isinstance(first, Unknown) or isinstance(second, Unknown):
            return None
        if isinstance(first, str) and isinstance(second, str):
            return first == second
        return True if first == second else None


def compared_values(declared: Mapping[str, Node]) -> dict[str, dict[str, ScalarNode]]:
    """The texts that conditions hold each parameter against."""
    found: dict[str, dict[str, ScalarNode]] = {}
    for node in declared.values():
        for left, right in _comparisons(node):
            for one, other in ((left, right), (right, left)):
                name = _referred(one)
                if name is not None and isinstance(other, ScalarNode):
                    found.setdefault(name, {}).setdefault(other.text, other)
    return found


def _comparisons(node: Node) -> Iterator[tuple[Node, Node]]:
    stack = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, ListNode):
            stack.extend(each.items)
        elif isinstance(each, MapNode):
            for name, entry in each.entries.items():
                items = entry.value.items if isinstance(entry.value, ListNode) else ()
                if name == "Fn::Equals" and len(items) == 2:
                    yield items[0], items[1]
                stack.append(entry.value)


def _referred(node: Node) -> str | None:
    return node.text("Ref") if isinstance(node, MapNode) else None


def _all(values: list[bool | None]) -> bool | None:
    if False in values:
        return False
    return None if None in values else True


def _opposite(value: bool | None) -> bool | None:
    return None if value is None else not value
