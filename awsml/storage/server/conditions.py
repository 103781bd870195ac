"""Weather for the server: a first byte that takes its time, slow connections, faults."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

THROTTLE, RESET = "throttle", "reset"


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, for how many requests: throttle (503 SlowDown) or reset (half-way)."""

    kind: str
    method: str = "GET"
    prefix: str = ""  # of the key
    times: int = 1


@dataclass(frozen=True, slots=True)
class Conditions:
    """How the store behaves; the default is as fast as it can."""

    first_byte_seconds: float = 0.0
    connection_bytes_per_second: float | None = None
    faults: tuple[Fault, ...] = ()


class Weather:
    """Conditions with the faults that are still to come."""

    def __init__(self, conditions: Conditions) -> None:
        self.conditions = conditions
        self._left = [fault.times for fault in conditions.faults]
        self._lock = Lock()

    def fault(self, method: str, key: str) -> str | None:
        """The kind of fault that this request meets, which uses it up."""
        with self._lock:
            for index, fault in enumerate(self.conditions.faults):
                matches = fault.method == method and key.startswith(fault.prefix)
                if matches and self._left[index] > 0:
                    self._left[index] -= 1
                    return fault.kind
        return None
