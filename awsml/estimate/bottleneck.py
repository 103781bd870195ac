"""What holds a job or an endpoint back: tests in order, each a few comparisons of signals.

Signals are shares of one (per core, per GPU, of a link) by name; None is not known. The first
test that holds names the bottleneck; one that lacks a signal is skipped and says which.
Thresholds come from SageMaker Debugger's built-in rules, or are assumptions of the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Signals = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Clause:
    """`signal` at least (or below) a threshold, which a catalogue constant names."""

    signal: str
    at_least: bool
    threshold: str

    def holds(self, value: float, limit: float) -> bool:
        return value >= limit if self.at_least else value < limit

    def told(self, value: float, limit: float) -> str:
        sign = "at least" if self.at_least else "below"
        return f"{_words(self.signal)} {value:.0%} ({sign} {limit:.0%})"


@dataclass(frozen=True, slots=True)
class Test:
    """A verdict that holds when every clause of one of its groups does."""

    verdict: str
    groups: tuple[tuple[Clause, ...], ...]
    about: frozenset[str] = frozenset({"training", "endpoint"})


@dataclass(frozen=True, slots=True)
class Skipped:
    verdict: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`verdict` is None where nothing holds and something could not be tested."""

    verdict: str | None
    because: str
    skipped: tuple[Skipped, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "because": self.because,
            "not_checked": [
                {"verdict": each.verdict, "missing": list(each.missing)} for each in self.skipped
            ],
        }


def at_least(signal: str, threshold: str) -> Clause:
    return Clause(signal, True, threshold)


def below(signal: str, threshold: str) -> Clause:
    return Clause(signal, False, threshold)


# In this order: what starves a device is asked before how busy the device is, and whether anybody
# asks before the size of batches: none can form of fewer requests than there are workers.
TESTS: Sequence[Test] = (
    Test(
        "payload",
        (
            (at_least("payload", "payload_limit_share"),),
            (
                at_least("overhead", "overhead_bound_share"),
                at_least("payload", "large_payload_share"),
            ),
        ),
        frozenset({"endpoint"}),
    ),
    Test("network", ((at_least("network", "network_bound_share"),),)),
    Test(
        "cpu",
        (
            (at_least("cpu_p95", "cpu_bound_share"), below("gpu", "low_gpu_share")),
            (at_least("cpu", "compute_bound_share"),),
        ),
    ),
    Test(
        "io",
        (
            (at_least("io_wait", "io_wait_share"), below("gpu", "batch_size_share")),
            (at_least("data_wait", "io_wait_share"), below("gpu", "batch_size_share")),
        ),
        frozenset({"training"}),
    ),
    Test("gpu", ((at_least("gpu", "compute_bound_share"),),)),
    Test(
        "uneven-feed",
        ((at_least("gpu_p95", "batch_size_share"), below("gpu_p5", "low_gpu_share")),),
    ),
    Test(
        "no-load",
        ((below("concurrency", "serving_concurrency_share"), below("machine", "idle_gpu_share")),),
        frozenset({"endpoint"}),
    ),
    Test(
        "batch-size",
        (
            (
                below("cpu_p95", "batch_size_share"),
                below("gpu_p95", "batch_size_share"),
                below("gpu_memory_p95", "batch_size_share"),
            ),
        ),
    ),
)
# What is left when nothing is busy and every test could be made.
REST = "serialised"


def diagnose(
    signals: Signals,
    about: str,
    threshold: Callable[[str], float],
    tests: Sequence[Test] = TESTS,
) -> Diagnosis:
    """The first verdict whose clauses hold; `threshold` answers the name of a constant."""
    skipped: list[Skipped] = []
    for test in (each for each in tests if about in each.about):
        outcome = _outcome(test, signals, threshold)
        if isinstance(outcome, str):
            return Diagnosis(test.verdict, outcome, tuple(skipped))
        if outcome is not None:
            skipped.append(outcome)
    if skipped:
        open_tests = ", ".join(each.verdict for each in skipped)
        return Diagnosis(
            None, f"nothing that could be tested holds; open: {open_tests}", tuple(skipped)
        )
    return Diagnosis(REST, "nothing is busy and nothing is waited for: steps run one by one")


def _outcome(
    test: Test, signals: Signals, threshold: Callable[[str], float]
) -> str | Skipped | None:
    """The reason why it holds; what it lacks, where that could make it hold; None: it does not."""
    missing: list[str] = []
    for group in test.groups:
        known = [(clause, signals.get(clause.signal)) for clause in group]
        held = [
            (clause, value)
            for clause, value in known
            if value is not None and clause.holds(value, threshold(clause.threshold))
        ]
        if len(held) == len(group):
            return ", ".join(c.told(v, threshold(c.threshold)) for c, v in held)
        unknown = [clause.signal for clause, value in known if value is None]
        if unknown and len(held) + len(unknown) == len(group):
            missing += unknown
    return Skipped(test.verdict, tuple(dict.fromkeys(missing))) if missing else None


def signals_of(name: str, values: Sequence[float]) -> Iterator[tuple[str, float | None]]:
    """Mean, p5 and p95 of a series of shares, under the names that tests use."""
    ordered = sorted(values)
    mean = sum(ordered) / len(ordered) if ordered else None
    yield name, mean
    for label, share in (("p5", 0.05), ("p95", 0.95)):
        yield f"{name}_{label}", _percentile(ordered, share)


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    """Between the two nearest values, as CloudWatch's own percentiles are."""
    if not ordered:
        return None
    position = share * (len(ordered) - 1)
    lower = int(position)
    upper = min(lower + 1, len(ordered) - 1)
    return ordered[lower] + (ordered[upper] - ordered[lower]) * (position - lower)


_SPELLED = {"gpu": "GPU", "cpu": "CPU", "io": "I/O"}


def _words(signal: str) -> str:
    return " ".join(_SPELLED.get(word, word) for word in signal.split("_"))
