"""Why an endpoint uses so little of its machine: one bottleneck, its evidence, what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from awsml import catalog
from awsml.advice import Advice
from awsml.basis import Estimate
from awsml.decide.endpoint.case import Case, constant
from awsml.estimate.bottleneck import TESTS, Clause, Diagnosis, diagnose
from awsml.estimate.endpoint import in_flight, network_rate
from awsml.units import format_bytes, format_duration

# The tests are shared with training jobs, which have other words for three of the verdicts.
_NAMES = {"gpu": "compute", "uneven-feed": "fluctuating-feed", "serialised": "serialisation"}
_STANDS_IN = {"cpu_p95": "cpu", "gpu_p95": "gpu"}
_TELLS = {
    "network": "traffic.payload and traffic.requests_per_second",
    "payload": "traffic.payload",
    "overhead": "observed.overhead (OverheadLatency) and observed.latency",
    "concurrency": "observed.latency (ModelLatency) and traffic.requests_per_second",
    "cpu": "observed.cpu (CPUUtilization over the number of cores)",
    "gpu": "observed.gpu (GPUUtilization over the number of GPUs)",
    "machine": "observed.gpu (GPUUtilization over the number of GPUs), or observed.cpu without one",
    "cpu_p95": "observed.cpu_p95",
    "gpu_p95": "observed.gpu_p95",
    "gpu_p5": "observed.gpu_p5",
    "gpu_memory_p95": "observed.gpu_memory (GPUMemoryUtilization over the number of GPUs)",
}
_ABOUT_DEVICES = ("batch-size", "uneven-feed")
_OF_DEVICES = ("gpu", "gpu_p95", "gpu_p5", "gpu_memory_p95")
_CURES = {
    "network": "send less (resize, compress), or take a type with more baseline bandwidth",
    "cpu": "take more cores for each GPU, or decode less for each request",
    "compute": "the devices are full: scale out, or take a faster one",
    "batch-size": "let more requests share a pass: server-side batches, more workers for each GPU",
    "serialisation": "serve several at a time: more workers for each GPU, or server-side batches",
    "fluctuating-feed": "smooth the arrivals: a queue before the model, autoscaling by concurrency",
    "payload": "take the payload out of the request: asynchronous inference reads it from S3",
    "no-load": "nobody asks: a smaller type, fewer instances, or serverless",
}


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """`name` is None where nothing that could be tested holds."""

    name: str | None
    evidence: tuple[dict[str, Any], ...]
    missing: tuple[str, ...]
    because: str

    def as_json(self) -> dict[str, Any]:
        return {
            "bottleneck": self.name,
            "because": self.because,
            "evidence": list(self.evidence),
            "missing": list(self.missing),
        }


def bottleneck_of(case: Case) -> Bottleneck:
    """The first test that holds, by what is known; what is not known is named."""
    signals = serving_signals(case)
    stood_in = {
        name: signals[mean]
        for name, mean in _STANDS_IN.items()
        if signals.get(name) is None
        and signals.get(mean) is not None
        and not (no_device(case) and name in _OF_DEVICES)
    }
    tests = [test for test in TESTS if not (no_device(case) and test.verdict in _ABOUT_DEVICES)]
    found = diagnose({**signals, **stood_in}, "endpoint", constant, tests)
    missing = [_TELLS[name] for name in stood_in]
    lacking = [name for each in found.skipped for name in each.missing]
    missing += [_TELLS[n] for n in lacking if not (no_device(case) and n in _OF_DEVICES)]
    name = _named(found, signals)
    return Bottleneck(
        name,
        tuple(_evidence({**signals, **stood_in}, case)),
        tuple(dict.fromkeys(missing)),
        _because(found, name, signals, case),
    )


def _named(found: Diagnosis, signals: dict[str, float | None]) -> str | None:
    """Of a busy queue before idle machinery only one cause is left, even where a test is open."""
    if found.verdict is not None:
        return _NAMES.get(found.verdict, found.verdict)
    in_turn = signals.get("concurrency")
    known = all(signals.get(name) is not None for name in ("network", "cpu", "gpu"))
    if known and in_turn is not None and in_turn >= constant("serving_concurrency_share"):
        return "serialisation"
    return None


def _because(
    found: Diagnosis, name: str | None, signals: dict[str, float | None], case: Case
) -> str:
    """A machine without a device is not said to have an idle one."""
    bare = no_device(case)
    if found.verdict is not None or name is None:
        parts = [p for p in found.because.split(", ") if not (bare and p.startswith("GPU "))]
        return ", ".join(parts).replace("machine ", "CPU " if bare else "GPU ")
    device = "" if bare else f"the GPU is {signals['gpu']:.0%}, "
    return (
        f"requests in flight fill {signals['concurrency']:.0%} of the workers, while {device}"
        f"the CPU is {signals['cpu']:.0%} and the link {signals['network']:.0%} busy: requests "
        "are served one after the other"
    )


def serving_signals(case: Case) -> dict[str, float | None]:
    """Shares of one: of cores, devices, the link, the workers, the payload limit."""
    work, seen = case.work, case.work.seen
    here = case.measured_on or case.here
    rate = seen.requests_per_second
    if case.rate is not None and (rate is None or case.measured_on is None):
        rate = case.rate / work.count
    link = network_rate(here, work, constant("endpoint_network_share")) if here else None
    signals: dict[str, float | None] = dict(seen.signals)
    if no_device(case):
        signals["gpu"] = 0.0
    signals["machine"] = signals.get("cpu" if no_device(case) else "gpu")
    signals["network"] = None if rate is None or link is None else rate / link
    signals["concurrency"] = None
    if rate is not None and seen.latency_seconds is not None and case.lanes:
        signals["concurrency"] = in_flight(rate, seen.latency_seconds) / case.lanes
    size = max(work.payload_bytes or 0.0, work.response_bytes or 0.0)
    signals["payload"] = size / float(catalog.limit("endpoint_payload_safe").value) or None
    signals["overhead"] = None
    if seen.overhead_seconds is not None and seen.latency_seconds:
        whole = seen.overhead_seconds + seen.latency_seconds
        signals["overhead"] = seen.overhead_seconds / whole
    return signals


def no_device(case: Case) -> bool:
    """Whether what was measured has no accelerator at all, so that none can be busy."""
    if case.measured_on is None:
        return case.work.seen.cores is not None and case.share_of_gpu is None
    return case.measured_on.accelerators == 0


def _evidence(signals: dict[str, float | None], case: Case) -> Iterator[dict[str, Any]]:
    """Each signal that a test looks at, with the thresholds it is held against."""
    told: set[tuple[str, str]] = set()
    for test in (each for each in TESTS if "endpoint" in each.about):
        for clause in (one for group in test.groups for one in group):
            if clause.signal == "machine":
                clause = replace(clause, signal="cpu" if no_device(case) else "gpu")
            value = signals.get(clause.signal)
            key = (clause.signal, clause.threshold)
            absent = clause.signal in _OF_DEVICES and no_device(case)
            if value is not None and key not in told and not absent:
                told.add(key)
                yield _entry(clause, value)
    rate, size = case.rate, case.work.payload_bytes
    if rate is not None and size:
        yield {
            "signal": "moved",
            "value": rate * size,
            "unit": "B/s",
            "text": f"{rate:g} requests a second of {format_bytes(size)} are "
            f"{format_bytes(rate * size)}/s",
        }


def _entry(clause: Clause, value: float) -> dict[str, Any]:
    fact = catalog.constant(clause.threshold)
    return {
        "signal": clause.signal,
        "value": round(value, 6),
        "unit": "1",
        "text": clause.told(value, float(fact.value)).partition(" (")[0],
        "threshold": float(fact.value),
        "holds_when": "at least" if clause.at_least else "below",
        "source": fact.source,
        "basis": fact.basis.value,
    }


def _brief(seconds: float) -> str:
    """A small model answers in less than a millisecond, which is not none."""
    return f"{seconds * 1000:.3g} ms" if seconds < 0.01 else format_duration(seconds)


def bottleneck_advice(case: Case, found: Bottleneck) -> Advice | None:
    """What to do about it; dollars belong to the advice about instances."""
    if found.name is None:
        return None
    notes = [f"to be sure: {text}" for text in found.missing]
    seen = case.work.seen
    if seen.latency_seconds is not None and case.rate is not None and case.lanes:
        flying = in_flight(case.rate / case.work.count, seen.latency_seconds)
        notes.append(
            f"{flying:.2f} requests in flight on each instance (Little: rate times "
            f"{_brief(seen.latency_seconds)}), for {case.lanes} at a time"
        )
    return Advice(
        subject="bottleneck",
        recommend=_CURES[found.name],
        because=f"{found.name}: {found.because}",
        saves_usd=Estimate.unknown("USD", "a measurement after the change"),
        saves_seconds=None,
        field="compute",
        notes=(*notes, *case.problems),
    )
