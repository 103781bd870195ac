"""The node ranges of a multi-node job miss some nodes, name too many, or differ in their machines.

Nodes count from 0. A range is `0:3`, `0:`, `:3` or `2`; at most five together cover every node,
each with a container. All use one instance type.

## Why
AWS refuses the request.

## Flagged
    jobDefinitionName: distributed
    type: multinode
    nodeProperties:
      numNodes: 4
      mainNode: 0
      nodeRangeProperties: [{targetNodes: "0:2", container: {image: busybox}}]

## Preferred
    jobDefinitionName: distributed
    type: multinode
    nodeProperties:
      numNodes: 4
      mainNode: 0
      nodeRangeProperties: [{targetNodes: "0:", container: {image: busybox}}]

## AWS says
Main node index is out of range, must be less than numNodes.
"""

import re

from awsml.catalog import limit
from awsml.rules.batch_jobs._jobs import REGISTER
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (f"{REGISTER}/nodeProperties",)
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/multi-node-parallel-jobs.html"

_RANGE = re.compile(r"(\d{0,6})(:?)(\d{0,6})")
_PAYLOADS = ("container", "ecsProperties", "eksProperties")


def check(nodes: Part) -> Problems:
    number, main, ranges = nodes["numNodes"], nodes["mainNode"], nodes["nodeRangeProperties"]
    count = int(number.number or 0)
    most = int(limit("batch_nodes_maximum").value)
    if number.number is not None and not 1 <= count <= most:
        yield Problem(number, f"`{number}` is {count}, and is 1 to {most}", f"use 1 to {most}")
        return
    if main.number is not None and count and main.number >= count:
        yield Problem(
            main,
            f"the main node is {main.number}, and nodes go from 0 to {count - 1}",
            f"use 0 to {count - 1}",
            related=((number, "the number of nodes"),),
        )
    longest = int(limit("batch_node_ranges_maximum").value)
    if len(ranges.items) > longest:
        message = f"{len(ranges.items)} ranges are given, and at most {longest} can be"
        yield Problem(ranges, message, "merge some of them")
    yield from _machines(ranges.items)
    covered: set[int] = set()
    whole = True
    for one in ranges.items:
        yield from _payload(one)
        target = one["targetNodes"]
        found = _nodes(target.text or "", count)
        if target.text is None or found is None:
            whole = False
            if target.text is not None:
                message = f"`{target.text}` is no range of nodes"
                yield Problem(target, message, "write it as 0:3, 0: or 2")
        elif count and found.stop > count:
            message = f"`{target.text}` names node {found.stop - 1}, and the last is {count - 1}"
            yield Problem(target, message, f"end at {count - 1}", ((number, "the nodes"),))
        covered.update(found[:most] if found else ())
    missing = sorted(set(range(count)) - covered)
    if whole and ranges.items and missing:
        message = f"no range covers node {missing[0]}" + f" and {len(missing) - 1} more" * (
            len(missing) > 1
        )
        yield Problem(ranges, message, f"let the ranges cover 0 to {count - 1}")


def _payload(one: Part) -> Problems:
    given = [one[name] for name in _PAYLOADS if one[name].exists]
    if not given:
        yield Problem(one, f"`{one}` has no container", "add `container`")
    for other in given[1:]:
        message = f"`{given[0]}` and `{other}` are given"
        yield Problem(other, message, "keep one of them", related=((given[0], "the other"),))
    types = one["instanceTypes"]
    if types.items and not one["ecsProperties"].exists:
        message = "instance types of a range are for `ecsProperties`"
        yield Problem(types, message, "use `instanceType` of the container")


def _machines(ranges: list[Part]) -> Problems:
    first: Part | None = None
    for one in ranges:
        kind = one["container.instanceType"]
        if kind.text is None:
            continue
        first = first or kind
        if kind.text != first.text:
            message = f"`{kind.text}` is given beside `{first.text}`, and all nodes have one type"
            because = ((first, "the other"),)
            yield Problem(kind, message, "use one instance type", because)


def _nodes(text: str, count: int) -> range | None:
    """The nodes of `0:3`, `0:`, `:3` or `2`."""
    match = _RANGE.fullmatch(text)
    if match is None or not text:
        return None
    first = int(match[1] or 0)
    last = int(match[3] or count - 1) if match[2] else first
    return range(first, last + 1)
