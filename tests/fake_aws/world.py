"""Everything the fake AWS knows: clock, journal, faults to come, and what was created."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

ACCOUNT = "111122223333"
START = 1_780_000_000.0


class Refusal(Exception):
    """AWS says no: an error code, its message and the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass
class Clock:
    """Time that passes only when a test, a sleep or a poll says so."""

    now: float = START

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the next `times` calls of an operation.

    `when` is before or after the call takes effect; `how` is drop (the connection is cut), hang
    (no answer for `seconds`), or a Refusal.
    """

    operation: str
    how: str | Refusal
    when: str = "before"
    times: int = 1
    skip: int = 0
    seconds: float = 5.0


@dataclass
class Journal:
    """One line on disk for each request, flushed before the answer leaves."""

    path: Path
    entries: list[dict[str, Any]] = field(default_factory=list)

    def add(self, operation: str, params: Mapping[str, Any], outcome: str, at: float) -> None:
        entry = {"operation": operation, "params": params, "outcome": outcome, "at": at}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, default=str) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.entries.append(entry)

    def calls(self, operation: str) -> list[dict[str, Any]]:
        return [entry for entry in self.entries if entry["operation"] == operation]

    def accepted(self, operation: str) -> list[dict[str, Any]]:
        return [entry for entry in self.calls(operation) if entry["outcome"] == "accepted"]


class World:
    """One account. `tick` is how many seconds pass with each request that asks for a status."""

    def __init__(self, folder: Path, *, tick: float = 0.0, account: str = ACCOUNT) -> None:
        self.account = account
        self.clock = Clock()
        self.journal = Journal(folder / "journal.jsonl")
        self.tick = tick
        self.visible_after = 0.0  # late consistency: seconds until a look sees a new job
        self.skew_seconds = 0.0  # how far AWS's clock is from the caller's
        self.things: dict[tuple[str, str, str], dict[str, Any]] = {}  # (region, type, name)
        self.lock = threading.RLock()
        self._faults: list[Fault] = []

    def fail(self, operation: str, how: str | Refusal, **more: Any) -> None:
        """Schedule a fault."""
        self._faults.append(Fault(operation, how, **more))

    def mend(self) -> None:
        """Forget faults that have not struck."""
        self._faults.clear()

    def due(self, operation: str) -> Fault | None:
        """The fault that strikes this call, used up by it."""
        with self.lock:
            for index, fault in enumerate(self._faults):
                if fault.operation != operation:
                    continue
                if fault.skip:
                    self._faults[index] = replace(fault, skip=fault.skip - 1)
                    return None
                left = fault.times - 1
                self._faults[index : index + 1] = [replace(fault, times=left)] if left else []
                return fault
        return None

    def put(self, region: str, kind: str, name: str, thing: dict[str, Any]) -> None:
        thing.setdefault("_created", self.clock.now)
        self.things[(region, kind, name)] = thing

    def get(self, region: str, kind: str, name: str) -> dict[str, Any] | None:
        """A thing by name, once it is visible."""
        thing = self.things.get((region, kind, name))
        return thing if thing is not None and self._visible(kind, thing) else None

    def exists(self, region: str, kind: str, name: str) -> bool:
        """Whether the name is taken, visible or not."""
        return (region, kind, name) in self.things

    def all(self, region: str, kind: str) -> list[dict[str, Any]]:
        found = [t for (r, k, _), t in self.things.items() if (r, k) == (region, kind)]
        return [t for t in found if self._visible(kind, t)]

    def _visible(self, kind: str, thing: dict[str, Any]) -> bool:
        late = self.visible_after if kind.endswith("-job") else 0.0
        return bool(self.clock.now >= thing["_created"] + late)

    def arn(self, service: str, region: str, resource: str) -> str:
        return f"arn:aws:{service}:{region}:{self.account}:{resource}"


Operation = Callable[[World, str, dict[str, Any]], dict[str, Any]]


def page(items: list[Any], params: Mapping[str, Any], key: str, limit: int) -> dict[str, Any]:
    """One page of items, SageMaker's way: NextToken is an offset, MaxResults at most `limit`."""
    start = int(params.get("NextToken") or 0)
    size = min(int(params.get("MaxResults") or 10), limit)
    answer: dict[str, Any] = {key: items[start : start + size]}
    if start + size < len(items):
        answer["NextToken"] = str(start + size)
    return answer
