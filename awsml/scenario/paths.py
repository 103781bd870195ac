"""Field paths such as `inputs.train.mode`, `compute.fallback[0]` and `tags["team.name"]`.

A key that is empty or holds a dot, bracket, quote, `=`, `*` or space is written in brackets as
a JSON string, so every key can be named. Looking a path up also finds such a key unquoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import NamedTuple

from awsml.scenario.nodes import ListNode, MapNode, Node, ScalarNode

Step = str | int
_SIMPLE_KEY = re.compile(r'[^.\[\]"=*\s]+')
_STEP = re.compile(r'\.?([^.\[\]"=\s]+)|\[(\d{1,9})\]|\.?\[("(?:[^"\\]|\\.)*")\]')
_HEAD = re.compile(r"[^.\[]+")


class Found(NamedTuple):
    """What a path leads to: its node, the key it stands under, and the enclosing steps taken."""

    node: Node
    key: ScalarNode | None
    whole: bool  # False: only the nearest enclosing node exists


def format_path(steps: Iterable[Step]) -> str:
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        elif _SIMPLE_KEY.fullmatch(step):
            path += f".{step}" if path else step
        else:
            path += f"[{json.dumps(step, ensure_ascii=False)}]"
    return path


def parse_path(path: str) -> tuple[Step, ...]:
    """The steps of a path; ValueError for a text that is none."""
    steps, end = scan_path(path)
    if not steps or end != len(path):
        raise ValueError(f"`{path}` is no field path")
    return steps


def scan_path(text: str) -> tuple[tuple[Step, ...], int]:
    """The steps that `text` starts with, and where they end."""
    steps: list[Step] = []
    at = 0
    while (match := _STEP.match(text, at)) is not None:
        name, index, quoted = match.groups()
        if at == 0 and (match[0].startswith(".") or index is not None):
            break
        if at and name is not None and not match[0].startswith("."):
            break
        steps.append(int(index) if index else json.loads(quoted) if quoted else name)
        at = match.end()
    return tuple(steps), at


def find(root: Node, path: str) -> Found:
    """Follow a path as far as it leads; keys with odd characters are also found unquoted."""
    found = _follow(root, path, shortest=True)
    return found if found.whole else _follow(root, path, shortest=False)


def _follow(root: Node, path: str, *, shortest: bool) -> Found:
    node, key, rest = root, None, path
    while rest:
        if isinstance(node, MapNode):
            name, length = _key_at(node, rest.removeprefix("."), shortest=shortest)
            if name is None:
                break
            entry = node.entries[name]
            node, key = entry.value, entry.key
            rest = rest.removeprefix(".")[length:]
        elif isinstance(node, ListNode):
            match = re.match(r"\[(\d{1,9})\]", rest)
            if match is None or int(match[1]) >= len(node.items):
                break
            node, key, rest = node.items[int(match[1])], None, rest[match.end() :]
        else:
            break
    return Found(node, key, not rest)


def _key_at(node: MapNode, rest: str, *, shortest: bool) -> tuple[str | None, int]:
    """The key that `rest` starts with, and how many characters of `rest` name it."""
    if rest.startswith('["'):
        try:
            name, end = json.JSONDecoder().raw_decode(rest, 1)
        except ValueError:
            return None, 0
        return (name, end + 1) if name in node.entries and rest[end : end + 1] == "]" else (None, 0)
    head = _HEAD.match(rest)
    if shortest and head is not None and head[0] in node.entries:
        return head[0], head.end()
    fitting = [k for k in node.entries if rest.startswith(k) and rest[len(k) : len(k) + 1] in ".["]
    name = max(fitting, key=len, default=None)
    return (None, 0) if not name else (name, len(name))
