"""The advice about the input mode: a row for each way, why it loses, and where that flips."""

from __future__ import annotations

from collections.abc import Sequence

from awsml.advice import Advice, Alternative
from awsml.decide.saving import TIE_SHARE, clearly_less, saved
from awsml.decide.training.barriers import S3_MODES
from awsml.decide.training.evidence import Evidence
from awsml.decide.training.input_mode import Chosen
from awsml.decide.training.mode_flips import flips
from awsml.decide.training.mode_notes import notes
from awsml.decide.training.mode_options import (
    MIXED,
    Option,
    how,
    larger_machine,
    lustre_option,
    mode_options,
    name_of,
    volume_options,
)
from awsml.decide.training.sharding import small_files
from awsml.finding import Fix
from awsml.units import format_duration, format_usd

_LEAST_USD = 0.005  # half a cent is no difference


def mode_advice(evidence: Evidence, chosen: Chosen) -> Advice | None:
    """`evidence` is the scenario as written, `chosen` with every `auto` decided."""
    channels = [c for c in evidence.workload.channels if not c.file_system]
    if not channels:
        return None
    now = evidence.given(chosen.workload)
    options = _options(now)
    current = _current(options, now)
    best = _recommended(options[: len(S3_MODES)], current)
    baseline = _baseline(evidence, now)
    billed, usd = best.evidence.billed, best.evidence.usd
    field = f"inputs.{channels[0].name}.mode"
    return Advice(
        subject="input mode",
        recommend=_recommendation(best, current),
        because=_because(best, Option(name_of(baseline), baseline)),
        saves_usd=saved(baseline.usd, usd),
        saves_seconds=saved(baseline.billed, billed),
        alternatives=tuple(_row(option, best) for option in options),
        field=field,
        fixes=tuple(_fixes(best, evidence)),
        notes=(*flips(best, options), *notes(best, options)),
        change=best is not current,
    )


def _because(best: Option, before: Option) -> str:
    """How the best way works and what it gains over the scenario, or over a plain copy."""
    seconds, old = best.seconds, before.seconds
    if seconds is None or old is None or abs(old - seconds) < 1:
        return how(best)
    return f"{how(best)}: {_difference(best, before)} than {before.name}"


def _options(now: Evidence) -> list[Option]:
    """The plain modes first; channels in several modes are a way of their own."""
    larger = larger_machine(now)
    return [
        *mode_options(now),
        *([Option(MIXED, now)] if name_of(now) == MIXED else []),
        *volume_options(now),
        *([larger] if larger else []),
        lustre_option(now),
    ]


def _current(options: Sequence[Option], now: Evidence) -> Option:
    return next(option for option in options if option.name == name_of(now))


def _recommended(modes: Sequence[Option], current: Option) -> Option:
    """What is in force, unless another mode is clearly faster; one that asks for a change of the
    script has to be so even at the unfavourable end of the constants."""
    able = [option for option in modes if option.barrier is None]
    soft = [option for option in modes if option.barrier is None or option.barrier.soft]
    best = _faster(current if current.barrier is None else None, able or soft) or current
    if small_files(current.evidence.workload):  # sharding gains as much, and changes no reader
        return best
    after_change = [o for o in modes if o.barrier and o.barrier.soft and _surely(o, best)]
    return _faster(best, after_change) or best


def _surely(option: Option, than: Option) -> bool:
    least = saved(than.billed, option.billed).low
    return least is not None and least > 0


def _faster(current: Option | None, others: Sequence[Option]) -> Option | None:
    """The fastest, but the current one unless it is beaten by more than a tie."""
    known = [option for option in others if option.seconds is not None]
    if not known or (current is not None and current.seconds is None):
        return current or (others[0] if others else None)
    best = min(known, key=lambda option: option.seconds or 0.0)
    return best if current is None or clearly_less(best.seconds, current.seconds) else current


def _baseline(written: Evidence, now: Evidence) -> Evidence:
    """What the scenario says; where it says auto, what AWS does when nobody says anything."""
    open_channels = any(c.mode == "auto" and not c.file_system for c in written.workload.channels)
    return now.in_mode("file") if open_channels else written


def _recommendation(best: Option, current: Option) -> str:
    if best.barrier is not None:
        return f"read with {best.name}, if this can change: {best.barrier.why}"
    text = f"keep {best.name}" if best is current else f"read with {best.name}"
    channels = current.evidence.workload.channels
    unmeasured = [channel.name for channel in channels if channel.size_bytes is None]
    return f"{text}; measure {unmeasured[0]} with `awsml data probe`" if unmeasured else text


def _row(option: Option, best: Option) -> Alternative:
    verdict = _verdict(option, best)
    why = how(option)
    if verdict not in ("chosen", "unknown"):
        why = f"{why}: {_difference(option, best)}"
    if verdict == "unknown" and option.barrier and option.barrier.soft and option.seconds:
        why = f"{why}: perhaps {_difference(option, best)}, within the error of the constants"
    if option.ideal and verdict != "unknown":
        why = f"{why}, {option.ideal}"
    if option.barrier is not None:
        why = f"{why}; {option.barrier.why}"
    return Alternative(option.name, verdict, why, option.usd, option.billed)


def _verdict(option: Option, best: Option) -> str:
    if option is best:
        return "chosen"
    if option.barrier is not None and not option.barrier.soft:
        return "impossible"
    if option.seconds is None or best.seconds is None:
        return "unknown"
    if option.ideal:
        return "unknown" if _cheaper(option, best) else "worse"
    if clearly_less(option.seconds, best.seconds):
        return "better" if option.barrier is None or _surely(option, best) else "unknown"
    if clearly_less(best.seconds, option.seconds) or _dearer(option, best):
        return "worse"
    return "equal"


def _dearer(option: Option, than: Option) -> bool:
    """By more than a tie, where time makes no difference."""
    one, other = option.usd.expected, than.usd.expected
    return one is not None and other is not None and one > other * (1 + TIE_SHARE)


def _cheaper(option: Option, than: Option) -> bool:
    one, other = option.usd.expected, than.usd.expected
    return one is not None and other is not None and one < other


def _difference(option: Option, best: Option) -> str:
    """Minutes and dollars against the recommended way."""
    if option.seconds is None or best.seconds is None:
        return "no total without the compute time"
    seconds = option.seconds - best.seconds
    text = f"within a second of {best.name}"
    if abs(seconds) >= 1:
        text = f"{format_duration(abs(seconds))} {'longer' if seconds >= 0 else 'less'}"
    usd, best_usd = option.usd.expected, best.usd.expected
    if usd is None or best_usd is None or abs(usd - best_usd) < _LEAST_USD:
        return text
    return f"{text}, {format_usd(abs(usd - best_usd))} {'more' if usd >= best_usd else 'less'}"


def _fixes(best: Option, written: Evidence) -> list[Fix]:
    """Safe where the script reads it as it is; nothing to do where the scenario says it."""
    return [
        Fix(f"inputs.{channel.name}.mode", best.name, safe=best.barrier is None)
        for channel in written.workload.channels
        if not channel.file_system and channel.mode not in (best.name, "auto")
    ]
