"""A change of a stack in words and dollars."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from awsml.backends.aws.stack_changes import Change, Changes
from awsml.render.plan import range_text
from awsml.render.table import wrap
from awsml.report import Cost
from awsml.units import format_usd

_VERBS = {"Add": "make", "Modify": "change", "Remove": "delete", "Import": "import"}
_MOST_CAUSES = 6
_DOLLARS = re.compile(
    r"^Metadata:\n  awsml:\n    jobs: (?P<usd>[\d.]+) USD per (?P<per>\w+)$", re.MULTILINE
)


def changes_text(name: str, changes: Changes, width: int) -> str:
    """One line a resource, and below it what differs."""
    verb = "make" if changes.creating else "change"
    lines = [f"{verb} the stack {name}:"]
    for change in changes.changes:
        lines.append(f"  {_VERBS.get(change.action, change.action.lower())} {_what(change)}")
        lines += [
            f"{' ' * (6 if number else 4)}{part}"
            for cause in _causes(change)
            for number, part in enumerate(wrap(cause, width - 6))
        ]
    if any(change.loses for change in changes.changes):
        lines.append("what is replaced or deleted is lost with all that is in it")
    return "\n".join(lines)


def with_dollars(template: str, cost: Cost) -> str:
    """The template with what its jobs were expected to cost, for whoever changes it later.

    CloudFormation takes no metadata alone for a change.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/metadata-section-structure.html
    """
    if cost.usd.expected is None:
        return template
    return f"{template}Metadata:\n  awsml:\n    jobs: {cost.usd.expected:.2f} USD per {cost.per}\n"


def dollars_in(template: str) -> str | None:
    """What `with_dollars` wrote."""
    match = _DOLLARS.search(template)
    return f"{format_usd(float(match['usd']))} per {match['per']}" if match else None


def cost_text(cost: Cost, width: int, before: str | None = None) -> str:
    """The stack itself costs next to nothing: machines come and go with the jobs."""
    ceiling = "" if cost.ceiling is None else f", at most {format_usd(cost.ceiling)}"
    ceiling += "" if before is None else f"; as deployed before: {before}"
    told = (
        f"the jobs cost {range_text(cost.usd, 'USD')} per {cost.per}{ceiling}; without jobs no "
        "machine runs (minvCpus is 0), and what is left is one alarm and stored logs"
    )
    return "\n".join(wrap(told, width))


def stack_json(
    name: str,
    region: str | None,
    status: str | None,
    changes: Changes | None,
    template: str | None,
) -> dict[str, Any]:
    """A deployment as programs read it; `changes` is null where AWS was not asked."""
    return {
        "name": name,
        "region": region,
        "status": status,
        "changes": None if changes is None else [one.as_json() for one in changes.changes],
        "template": template,
    }


def removal_text(name: str, resources: Sequence[tuple[str, str]]) -> str:
    lines = [f"  {logical} ({_short(type_)})" for logical, type_ in resources]
    return "\n".join([f"delete the stack {name}:", *lines, "logs and queued messages go with it"])


def _what(change: Change) -> str:
    kind = f"{change.name} ({_short(change.type)})"
    if change.replacement == "True":
        return f"{kind} by replacing it"
    return f"{kind}, perhaps by replacing it" if change.replacement == "Conditional" else kind


def _causes(change: Change) -> list[str]:
    shown = [
        f"{path}: {_value(before)} -> {_value(after)}"
        for path, before, after in change.causes[:_MOST_CAUSES]
        if path
    ]
    more = len(change.causes) - _MOST_CAUSES
    return [*shown, f"and {more} more"] if more > 0 else shown


def _value(text: str | None) -> str:
    if text is None:
        return "known later"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _short(type_: str) -> str:
    return type_.removeprefix("AWS::").replace("::", " ")
