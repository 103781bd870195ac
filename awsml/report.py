"""What a plan came to: cost, time, advice, findings. One value that every format prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from awsml.advice import Advice
from awsml.basis import Estimate
from awsml.finding import Finding, NotChecked
from awsml.plan import Plan, Source, as_json
from awsml.secrets import hidden, secrets_of, without


class CostLine(NamedTuple):
    """Quantity times unit price. `price` is None when no price is known."""

    what: str
    quantity: Estimate
    price: Estimate
    usd: Estimate
    ceiling: float | None = None
    source: str | None = None
    date: str | None = None
    region: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "quantity": self.quantity.as_json(),
            "price": self.price.as_json(),
            "usd": self.usd.as_json(),
            "ceiling": self.ceiling,
            "source": self.source,
            "date": self.date,
            "region": self.region,
        }


class Cost(NamedTuple):
    """Dollars of a plan; `ceiling` is what the service's own limits allow at most."""

    usd: Estimate
    ceiling: float | None
    per: str = "run"  # or "month"
    lines: tuple[CostLine, ...] = ()
    left_out: tuple[str, ...] = ()
    ceiling_because: str | None = None

    def as_json(self) -> dict[str, Any]:
        figures = self.usd.as_json()
        return {
            "low": figures["low"],
            "expected": figures["expected"],
            "high": figures["high"],
            "ceiling": self.ceiling,
            "ceiling_because": self.ceiling_because,
            "unit": "USD",
            "per": self.per,
            "basis": figures["basis"],
            "missing": figures.get("missing", []),
            "lines": [line.as_json() for line in self.lines],
            "left_out": list(self.left_out),
        }


def unknown_cost(*missing: str, per: str = "run") -> Cost:
    """A cost of which nothing is known; never zero."""
    return Cost(Estimate.unknown("USD", *missing), None, per)


class Phase(NamedTuple):
    """One phase of a run, its duration, and whether AWS bills it."""

    name: str
    seconds: Estimate
    billed: bool = True

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "seconds": self.seconds.as_json(), "billed": self.billed}


@dataclass(frozen=True, slots=True)
class TimeLine:
    """The phases of a run; `by_input_mode` compares what each input mode would do."""

    phases: tuple[Phase, ...] = ()
    by_input_mode: Mapping[str, Mapping[str, Estimate]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "phases": [phase.as_json() for phase in self.phases],
            "by_input_mode": {
                mode: {name: estimate.as_json() for name, estimate in figures.items()}
                for mode, figures in self.by_input_mode.items()
            },
        }


class Effective(NamedTuple):
    """A value in force and who set it."""

    value: Any
    source: Source
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A plan with everything that was found out about it; `blocks` are a kind's own."""

    plan: Plan
    effective: Mapping[str, Effective] = field(default_factory=dict)
    cost: Cost = field(default_factory=unknown_cost)
    time: TimeLine = field(default_factory=TimeLine)
    advice: tuple[Advice, ...] = ()
    findings: tuple[Finding, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    blocks: Mapping[str, Any] = field(default_factory=dict)

    def shown(self) -> Report:
        """The same without the secrets that stand in its requests: what may be printed."""
        calls = self.plan.calls
        secrets = frozenset[str]().union(*(secrets_of(call.params) for call in calls))
        if not secrets:
            return self
        kept = tuple(replace(call, params=hidden(call.params, secrets)) for call in calls)
        values = {
            path: entry._replace(value=hidden(entry.value, secrets))
            for path, entry in self.effective.items()
        }
        files = {name: without(text, secrets) for name, text in self.plan.files.items()}
        plan = replace(self.plan, calls=kept, files=files)
        return replace(self, plan=plan, effective=values)

    def as_json(self) -> dict[str, Any]:
        shown = self.shown()
        plan = shown.plan
        return {
            "version": 1,
            "kind": plan.kind,
            "name": plan.name,
            "region": plan.region,
            "calls": [
                {"service": c.service, "operation": c.operation, "params": as_json(c.params)}
                for c in plan.calls
            ],
            "effective": {
                path: {"value": as_json(e.value), "source": e.source.value}
                | ({"because": e.because} if e.because else {})
                for path, e in shown.effective.items()
            },
            "cost": self.cost.as_json(),
            "time": self.time.as_json(),
            "advice": [advice.as_json() for advice in self.advice],
            "findings": [finding.as_json() for finding in self.findings],
            "not_checked": [skipped.as_json() for skipped in self.not_checked],
            **{name: as_json(block) for name, block in self.blocks.items()},
            **_stack(plan.files),
        }


def _stack(files: Mapping[str, str]) -> dict[str, Any]:
    """The template that goes with the calls, where there is one."""
    for file, text in files.items():
        return {"stack": {"file": file, "template": text}}
    return {}
