"""Findings of level advice: each is an Advice whose saving is known and worth a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from awsml.advice import Advice
from awsml.basis import Estimate
from awsml.finding import Confidence, Finding, Level

SLUGS = {
    "input mode": "slow-input-mode",
    "small files": "small-files",
    "spot": "spot-terms",
}
_LEAST_USD = 0.01
_LEAST_SECONDS = 60.0


def worthwhile(advice: Iterable[Advice]) -> Iterator[Finding]:
    for each in advice:
        if each.subject in SLUGS and _worth(each):
            yield advice_finding(SLUGS[each.subject], each)


def advice_finding(slug: str, advice: Advice) -> Finding:
    """The finding that an advice is; whoever knows the file adds the place of its field."""
    return Finding(
        slug=slug,
        level=Level.ADVICE,
        message=f"{advice.subject}: {advice.because}",
        hint=advice.recommend,
        confidence=Confidence.INFERRED,
        field=advice.field,
        fix=advice.fixes[0] if advice.fixes else None,
        usd=_expected(advice.saves_usd),
    )


def _worth(advice: Advice) -> bool:
    """Something to change, and dollars to gain by it; minutes where dollars are unknown."""
    if not advice.change:
        return False
    usd, seconds = _expected(advice.saves_usd), _expected(advice.saves_seconds)
    if usd is not None:
        return usd >= _LEAST_USD
    return seconds is not None and seconds >= _LEAST_SECONDS


def _expected(estimate: Estimate | None) -> float | None:
    return estimate.expected if estimate else None
