"""What a change set would do to each resource of a stack, as CloudFormation describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """What would happen to one resource; `causes` are paths with the value before and after."""

    action: str  # Add, Modify, Remove
    name: str
    type: str
    replacement: str | None
    causes: tuple[tuple[str, str | None, str | None], ...] = ()

    @property
    def loses(self) -> bool:
        """Whether something that exists goes away."""
        return self.action == "Remove" or self.replacement == "True"

    def as_json(self) -> dict[str, Any]:
        return {
            "action": self.action.lower(),
            "resource": self.name,
            "type": self.type,
            "replacement": self.replacement,
            "causes": [
                {"path": path, "before": before, "after": after}
                for path, before, after in self.causes
            ],
        }


@dataclass(frozen=True, slots=True)
class Changes:
    """A change set that waits to be executed; without changes there is none."""

    set: str | None
    changes: tuple[Change, ...]
    creating: bool


def change_of(row: Mapping[str, Any]) -> Change:
    """One ResourceChange."""
    causes = []
    for detail in row.get("Details", ()):
        target = detail.get("Target", {})
        path = target.get("Path") or target.get("Name") or target.get("Attribute", "")
        causes.append((str(path), target.get("BeforeValue"), target.get("AfterValue")))
    return Change(
        row["Action"],
        row["LogicalResourceId"],
        row["ResourceType"],
        row.get("Replacement"),
        tuple(dict.fromkeys(causes)),
    )
