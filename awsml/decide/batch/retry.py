"""What else could be done about interruptions: checkpoints, pieces, on demand; in numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from awsml import catalog
from awsml.advice import Advice, Alternative
from awsml.basis import Estimate
from awsml.decide.batch.survival import (
    CONFIDENCE,
    Survival,
    odds_text,
    reclaim_rule,
    survival,
)
from awsml.decide.saving import saved
from awsml.estimate.cost_lines import product
from awsml.estimate.spot import best_interval
from awsml.finding import Fix
from awsml.units import counted, format_duration, format_usd
from awsml.workload.batch import BatchWorkload

_MOST_PIECES = 64
_ENOUGH = 0.99
_WORTH = 0.9
_EQUAL = 0.02


@dataclass(frozen=True, slots=True)
class Option:
    """One way of surviving, and how it fares; `jobs` pieces of one job's work."""

    name: str
    fares: Survival
    usd: Estimate
    fixes: tuple[Fix, ...] = ()
    pieces: int = 1

    @property
    def finishes(self) -> float:
        return self.fares.usual.in_time


def retry_advice(
    workload: BatchWorkload, now: Survival, rate: Estimate, on_demand: Estimate
) -> Advice:
    """`rate` is dollars an hour as written, `on_demand` those on the same machine without it."""
    written = Option("as written", now, _dollars(now, rate))
    options = [written, *_in_time(workload, now, rate), *_on_spot(workload, now, rate)]
    if workload.spot:
        options.append(_on_demand(workload, on_demand))
    best = _best(options)
    return Advice(
        subject="retry",
        recommend=_recommend(best, now),
        because=_told(best),
        saves_usd=saved(written.usd, best.usd),
        alternatives=tuple(_row(option, best) for option in options),
        field="retry.attempts",
        fixes=best.fixes,
        notes=_notes(workload, now),
        change=best is not written,
    )


def _on_spot(workload: BatchWorkload, now: Survival, rate: Estimate) -> list[Option]:
    if not workload.spot:
        return []
    if not workload.reclaims_retried:
        fares = survival(replace(workload, reclaims_retried=True))
        assert fares is not None
        return [Option("retry what Spot takes back", fares, _dollars(fares, rate))]
    found = [*_with_checkpoints(workload, now, rate), *_in_pieces(workload, now, rate)]
    return [*found, *_with_attempts(workload, now, rate)]


def _in_time(workload: BatchWorkload, now: Survival, rate: Estimate) -> list[Option]:
    """A timeout that leaves the work its time, where it is what ends the runs."""
    if (enough := now.timeout_wanted) is None:
        return []
    fares = survival(replace(workload, timeout_seconds=enough))
    assert fares is not None
    fix = Fix("timeout", f"{enough / 3600:.0f}h")
    name = f"a timeout of {format_duration(enough)}"
    return [Option(name, fares, _dollars(fares, rate), (fix,))]


def _with_checkpoints(workload: BatchWorkload, now: Survival, rate: Estimate) -> list[Option]:
    """Daly's interval, in whole minutes."""
    took = now.job.checkpoint or float(catalog.constant("checkpoint_seconds").value)
    best = best_interval(took, now.cuts.rate)
    if best is None or best >= (workload.compute_seconds or 0.0):
        return []
    every = max(60.0, round(best / 60) * 60.0)
    if now.job.interval is not None and abs(now.job.interval - every) < 0.3 * every:
        return []
    better = replace(workload, checkpoints=True, checkpoint_every_seconds=every)
    fares = survival(better)
    assert fares is not None
    name = f"checkpoint every {format_duration(every)}"
    fix = Fix("checkpoints.every", f"{every / 60:.0f}m")
    alone = Option(name, fares, _dollars(fares, rate), (fix,))
    if workload.attempts is None or _sure(alone):
        return [alone]
    return [alone, *_with_attempts(better, fares, rate, alone)]


def _in_pieces(workload: BatchWorkload, now: Survival, rate: Estimate) -> list[Option]:
    """Where ten attempts do not do: the fewest pieces, each a job, of which all finish."""
    if now.usual.finished >= CONFIDENCE or workload.compute_seconds is None:
        return []
    pieces = 2
    while pieces <= _MOST_PIECES:
        part = replace(workload, compute_seconds=workload.compute_seconds / pieces)
        fares = survival(replace(part, window_seconds=None), attempts=now.bounds.attempts)
        assert fares is not None
        if fares.usual.finished**pieces >= _ENOUGH:
            usd = _dollars(fares, rate).scaled(pieces)
            return [Option(f"{pieces} pieces, one after the other", fares, usd, (), pieces)]
        pieces *= 2
    return []


def _with_attempts(
    workload: BatchWorkload, now: Survival, rate: Estimate, beside: Option | None = None
) -> list[Option]:
    """As many attempts as it takes, alone or beside another change."""
    most = int(catalog.constant("batch_attempts").value)
    if workload.attempts is None or now.needed is None:
        return []
    wanted = min(most, now.needed + 1)
    if wanted <= now.bounds.attempts:
        return []
    fares = survival(workload, attempts=wanted)
    assert fares is not None
    fix = Fix("retry.attempts", str(wanted), safe=True)
    tries = counted(wanted, "attempt")
    name = f"{beside.name}, {tries}" if beside else tries
    fixes = (*beside.fixes, fix) if beside else (fix,)
    return [Option(name, fares, _dollars(fares, rate), fixes)]


def _on_demand(workload: BatchWorkload, rate: Estimate) -> Option:
    """A resubmission on demand: nothing is reclaimed, at the full price."""
    fares = survival(replace(workload, spot=False))
    assert fares is not None
    fix = Fix("compute.spot", "false")
    return Option("on demand", fares, _dollars(fares, rate), (fix,))


def _dollars(fares: Survival, rate: Estimate) -> Estimate:
    return product(fares.running.scaled(1 / 3600, "hour"), rate, "USD")


def _best(options: list[Option]) -> Option:
    """As written where it finishes and nothing is known to be a tenth cheaper; else what finishes,
    cheapest."""
    written = options[0]
    sure = [option for option in options if _sure(option)]
    if not sure:
        return max(options, key=lambda option: option.finishes)
    if written in sure and written.usd.expected is None:
        return written
    known = [option for option in sure if option.usd.expected is not None]
    if not known:
        return sure[0]
    cheapest = min(known, key=lambda option: option.usd.expected or 0.0)
    if written in known:
        now = written.usd.expected or 0.0
        return cheapest if (cheapest.usd.expected or 0.0) < now * _WORTH else written
    return cheapest


def _sure(option: Option) -> bool:
    return option.finishes**option.pieces >= _ENOUGH


def _row(option: Option, best: Option) -> Alternative:
    usd, top = option.usd.expected, best.usd.expected
    if option is best:
        verdict = "chosen"
    elif usd is None or top is None:
        verdict = "unknown"
    elif abs(usd - top) <= _EQUAL * top and _sure(option) == _sure(best):
        verdict = "equal"
    else:
        verdict = "better" if usd < top and _sure(option) else "worse"
    return Alternative(option.name, verdict, _told(option), option.usd, option.fares.running)


def _told(option: Option) -> str:
    fares, usd = option.fares, option.usd.expected
    share = option.finishes**option.pieces
    cost = "unknown cost" if usd is None else f"{format_usd(usd)} on average"
    p99 = fares.at(0.99) * option.pieces
    end = format_duration(p99) if math.isfinite(p99) else "no end"
    kept = f"{odds_text(share)} finish" + (
        " in time" if math.isfinite(fares.bounds.deadline) else ""
    )
    within = counted(fares.bounds.attempts, "attempt")
    return f"{kept} within {within}, {cost} a job, p99 wall-clock {end}"


def _recommend(best: Option, now: Survival) -> str:
    if best.name == "as written":
        return f"keep {counted(now.bounds.attempts, 'attempt')}"
    return f"use {best.name}" if best.name[0].isdigit() or best.name[:2] == "a " else best.name


def _notes(workload: BatchWorkload, now: Survival) -> tuple[str, ...]:
    notes = []
    if now.cuts.rate:
        every = format_duration(1 / now.cuts.rate)
        notes.append(f"a reclaim about every {every} is assumed; the range is in `retry`")
    if now.needed is None or now.needed > now.bounds.attempts:
        needed = "hundreds of" if now.needed is None else str(now.needed)
        notes.append(f"99.9 % would take {needed} attempts; AWS Batch allows 10")
    if workload.spot and not workload.reclaims_retried:
        notes.append(f"to be retried, what Spot takes back needs {reclaim_rule(workload)}")
    if workload.fallback:
        notes.append(
            "the on-demand environment takes jobs when the first is full (max_vcpus); that it "
            "does where Spot has no capacity, no source says"
        )
    return tuple(notes)
