"""Advice as a person reads it: what to change, what it saves, and why each other way loses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from awsml.advice import Advice, Alternative
from awsml.basis import Estimate
from awsml.finding import Fix
from awsml.render.table import Column, indented, noted_table
from awsml.units import format_duration, format_usd

_INDENT = 2
Form = Callable[[float], str]


def advice_text(advice: Sequence[Advice], width: int = 80) -> str:
    """One section for each advice."""
    if not advice:
        return "no advice: the scenario leaves nothing to weigh"
    return "\n\n".join(_section(each, width) for each in advice)


def applied_text(applied: Iterable[Fix], left: Iterable[Fix]) -> str:
    """What --apply wrote, and what it left because the script or the account has to agree."""
    lines = [f"set {fix.field}: {fix.value}" for fix in applied]
    lines += [f"left to you: {fix.field}: {fix.value}" for fix in left]
    return "\n".join(lines) or "nothing to apply"


def _section(advice: Advice, width: int) -> str:
    parts = [
        *indented(f"{advice.subject}: {advice.recommend}", width, 0),
        *indented(f"because {advice.because}", width),
        *indented(saving_text(advice), width),
    ]
    if advice.alternatives:
        parts += ["", _rows(advice.alternatives, width)]
    if advice.notes:
        parts.append("")
    for note in advice.notes:
        parts += indented(f"- {note}", width)
    for fix in advice.fixes:
        parts += indented(f"- {fix_text(fix)}", width)
    return "\n".join(parts)


def fix_text(fix: Fix) -> str:
    how = "awsml advise --apply sets it" if fix.safe else "check it first"
    return f"{fix.field}: {fix.value} ({how})"


def saving_text(advice: Advice) -> str:
    """Dollars and time, or what would tell."""
    told = [each for each in (advice.saves_usd, advice.saves_seconds) if each is not None]
    if not advice.change and told and all(each.expected == 0 for each in told):
        better = [each.option for each in advice.alternatives if each.verdict == "better"]
        return f"better still: {', '.join(better)}" if better else "the best of these"
    figures = [
        *_change(advice.saves_usd, format_usd, "costs {} more"),
        *_change(advice.saves_seconds, format_duration, "takes {} longer"),
    ]
    if figures:
        return ", ".join(figures)
    wanted = dict.fromkeys(
        missing
        for estimate in (advice.saves_seconds, advice.saves_usd)
        if estimate
        for missing in estimate.missing
    )
    return f"saving unknown; {', '.join(wanted)} would tell" if wanted else "saving unknown"


def _change(estimate: Estimate | None, form: Form, price: str) -> Iterator[str]:
    """A saving with its range; one below nothing is a price to pay."""
    if estimate is None or estimate.expected is None:
        return
    value = estimate.expected
    text = f"saves {form(value)}" if value >= 0 else price.format(form(-value))
    low, high = estimate.low, estimate.high
    if value >= 0 and low is not None and high is not None and form(low) != form(high):
        text += f" ({form(low)} to {form(high)}, {estimate.basis.value})"
    yield text


def option_table(
    alternatives: Sequence[Alternative],
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Headings and rows: option, verdict, then time and dollars where any way says something."""
    times = [each.seconds for each in alternatives]
    dollars = [each.usd for each in alternatives]
    figures = [
        (heading, [_expected(one, form) for one in column])
        for heading, column, form in (
            ("time", times, format_duration),
            ("dollars", dollars, format_usd),
        )
        if any(one is not None for one in column)
    ]
    headings = ("option", "verdict", *(heading for heading, _ in figures))
    columns = [
        [each.option for each in alternatives],
        [each.verdict for each in alternatives],
        *(column for _, column in figures),
    ]
    return headings, list(zip(*columns, strict=True))


def _rows(alternatives: Sequence[Alternative], width: int) -> str:
    headings, rows = option_table(alternatives)
    columns = [Column(name, right=i > 1) for i, name in enumerate(headings)]
    reasons = [each.why for each in alternatives]
    return noted_table(columns, rows, reasons, width, title="why", indent=_INDENT)


def _expected(estimate: Estimate | None, form: Form) -> str:
    if estimate is None or estimate.expected is None:
        return "unknown"
    return form(estimate.expected)
