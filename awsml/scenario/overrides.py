"""Values given on the command line: `--set a.b=c` and named flags, with places of their own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from awsml.errors import UsageError
from awsml.finding import Finding, Place
from awsml.plan import Source
from awsml.scenario.nodes import Entry, ListNode, MapNode, Node, ScalarNode
from awsml.scenario.parser import DEEPEST, TYPED_STARTS, parse
from awsml.scenario.paths import Step, format_path, parse_path, scan_path
from awsml.scenario.source import SourceText

_HINT = "write it like `--set compute.count=2`"


class Override(NamedTuple):
    """One value for one field; a step `*` means every entry that is there.

    The value is taken as it stands, unless it opens like a YAML list, mapping or quoted text.
    """

    field: str
    value: str
    flag: str = "--set"
    written: str | None = None  # what stood behind the flag, such as `train=pipe`

    @classmethod
    def parse(cls, text: str, flag: str = "--set") -> Override:
        """From `a.b=c`."""
        steps, end = scan_path(text)
        if not steps or text[end : end + 1] != "=":
            raise UsageError(
                f"`{text}` sets no field", hint=_HINT, where=Place(flag, 1), slug="bad-override"
            )
        return cls(text[:end], text[end + 1 :], flag, text)

    @property
    def shown(self) -> str:
        text = self.written if self.written is not None else f"{self.field}={self.value}"
        return " ".join(text.splitlines()) or " "


class Flags:
    """The overrides of one command, each on a line of its flag's own text."""

    def __init__(self, overrides: Sequence[Override]) -> None:
        lines: dict[str, list[str]] = {}
        self.findings: list[Finding] = []
        self._changes: list[tuple[tuple[Step, ...], Node, Place]] = []
        for override in overrides:
            shown = lines.setdefault(override.flag, [])
            shown.append(override.shown)
            self._changes.append(self._change(override, len(shown)))
        self.texts: Mapping[str, SourceText] = {
            flag: SourceText(flag, "\n".join(shown), Source.FLAG) for flag, shown in lines.items()
        }

    @property
    def top_fields(self) -> frozenset[str]:
        return frozenset(str(steps[0]) for steps, _, _ in self._changes)

    def apply(self, root: MapNode, fields: Collection[str], *, others: bool = False) -> MapNode:
        """The changes of these fields, where a step `*` means every entry; or all others."""
        for steps, value, place in self._changes:
            if others == any(_fits(steps, path.split(".")) for path in fields):
                continue
            changed = _put(root, steps, 0, value, place)
            assert isinstance(changed, MapNode)  # a path starts with a name
            root = changed
        return root

    def _change(self, override: Override, line: int) -> tuple[tuple[Step, ...], Node, Place]:
        shown = override.shown
        split = max(len(shown) - len(override.value), 0) if override.value in shown else 0
        key = Place(override.flag, line, 1, line, max(split, 1))
        return _steps(override, line), self._value(override, line, split), key

    def _value(self, override: Override, line: int, column: int) -> Node:
        place = Place(override.flag, line, column + 1, line, len(override.shown) + 1)
        if override.value[:1] not in TYPED_STARTS:
            return ScalarNode(override.value, place)
        padded = "\n" * (line - 1) + " " * column + override.value
        parsed = parse(SourceText(override.flag, padded, Source.FLAG))
        self.findings += parsed.findings
        return parsed.roots[0]


def _fits(steps: Sequence[Step], pattern: Sequence[str]) -> bool:
    pairs = zip(steps, pattern, strict=False)
    return len(steps) == len(pattern) and all(own in (step, "*") for step, own in pairs)


def _steps(override: Override, line: int) -> tuple[Step, ...]:
    where = Place(override.flag, line)
    try:
        steps = parse_path(override.field)
    except ValueError as error:
        raise UsageError(str(error), hint=_HINT, where=where, slug="bad-override") from error
    if len(steps) > DEEPEST // 2:
        raise UsageError("the path is too long", hint=_HINT, where=where, slug="bad-override")
    return steps


def _put(node: Node, steps: Sequence[Step], depth: int, value: Node, place: Place) -> Node:
    """The same tree with a value at a path; what is missing on the way is made."""
    if depth == len(steps):
        return value
    step = steps[depth]
    if isinstance(node, ScalarNode) and node.is_null:
        node = MapNode({}, place)
    if isinstance(step, int) and isinstance(node, ListNode) and step <= len(node.items):
        old = node.items[step] if step < len(node.items) else MapNode({}, place)
        new = _put(old, steps, depth + 1, value, place)
        return node._replace(items=(*node.items[:step], new, *node.items[step + 1 :]))
    if isinstance(step, str) and isinstance(node, MapNode):
        return _put_entry(node, steps, depth, value, place)
    raise UsageError(
        f"`{format_path(steps[: depth + 1])}` cannot be set: "
        f"`{format_path(steps[:depth])}` is {_describe(node)}",
        hint="name a field that exists, or set the whole value: `--set a=[x, y]`",
        where=place,
        slug="bad-override",
    )


def _put_entry(
    node: MapNode, steps: Sequence[Step], depth: int, value: Node, place: Place
) -> MapNode:
    names = list(node.entries) if steps[depth] == "*" else [str(steps[depth])]
    changed = {}
    for name in names:
        old = node.entries.get(name)
        inner = _put(old.value if old else MapNode({}, place), steps, depth + 1, value, place)
        last = depth == len(steps) - 1
        key = old.key if old is not None and not last else ScalarNode(name, place)
        changed[name] = Entry(key, inner)
    return node._replace(entries={**node.entries, **changed})


def _describe(node: Node) -> str:
    if isinstance(node, ListNode):
        return f"a list of {len(node.items)}"
    return "a mapping" if isinstance(node, MapNode) else "a single value"
