"""One point of a measurement: what was asked, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# A generator that starts requests this late is itself what is measured.
_LATE_SECONDS = 0.005
_KEPT_UP = 0.95


@dataclass(frozen=True, slots=True)
class Load:
    """Open loop at `rate` a second, whatever comes back; or closed loop with `concurrency`.

    Only open-loop arrivals show queueing: a client that waits for its answer before it asks
    again never sees the queue that it would have stood in.
    """

    seconds: float
    body: bytes
    content_type: str
    rate: float | None = None
    concurrency: int | None = None
    payload: str = ""  # its name, where several are swept
    batch: int | None = None
    most_requests: int = 1_000_000

    @property
    def label(self) -> str:
        parts = [f"{self.rate:g}/s" if self.rate else f"{self.concurrency} at a time"]
        parts += [self.payload] if self.payload else []
        parts += [f"batch {self.batch}"] if self.batch else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Latencies in seconds of good answers, from the moment a request was due."""

    load: Load
    seconds: float
    latencies: Sequence[float]
    errors: Mapping[str, int] = field(default_factory=dict)
    late: Sequence[float] = ()  # how long after its time each request was started
    machine: Mapping[str, float] = field(default_factory=dict)  # shares of one

    @property
    def throughput(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    @property
    def failed(self) -> int:
        return sum(self.errors.values())

    @property
    def kept_up(self) -> bool:
        """What was offered was answered, and well."""
        wanted = self.load.rate or 0.0
        return self.failed == 0 and self.throughput >= _KEPT_UP * wanted

    @property
    def generator_bound(self) -> bool:
        """The generator started requests late, so the figures are about it."""
        return bool(self.late) and percentile(sorted(self.late), 0.99) > _LATE_SECONDS

    def latency(self, share: float) -> float | None:
        return percentile(sorted(self.latencies), share) if self.latencies else None

    def as_json(self) -> dict[str, Any]:
        load = self.load
        return {
            "rate": load.rate,
            "concurrency": load.concurrency,
            "payload": load.payload or None,
            "payload_bytes": len(load.body),
            "batch": load.batch,
            "seconds": round(self.seconds, 3),
            "requests": len(self.latencies) + self.failed,
            "requests_per_second": round(self.throughput, 3),
            "latency_ms": {
                name: _milliseconds(self.latency(share))
                for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))
            },
            "errors": dict(self.errors),
            "generator_bound": self.generator_bound,
            "machine": {name: round(value, 4) for name, value in self.machine.items()},
        }


def percentile(ordered: Sequence[float], share: float) -> float:
    """Nearest rank: a value that was measured."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 4)
