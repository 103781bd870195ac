"""The use cases that need no scenario: templates and requests, checked as they were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from awsml import rules
from awsml.finding import Finding, NotChecked, Related, worst_first
from awsml.plan import Plan
from awsml.scenario.suppression import suppress

if TYPE_CHECKING:  # what only scenarios are planned with: a third of the start-up
    from datetime import date

    from awsml.basis import Estimate
    from awsml.estimate.measured import PastRun
    from awsml.kinds.presence import Disk
    from awsml.readers.templates.reading import Reading


@dataclass(frozen=True, slots=True)
class Terms:
    """What the caller says beside the scenario. `target` is where it will run."""

    region: str | None = None
    target: str = "local"
    sending: bool = False  # about to be sent to AWS: nothing that AWS needs may be missing
    persona: str | None = None
    strict: bool = False
    gate: str | None = "ceiling"  # the figure that limits.cost is held against; None: no gate
    advise: bool = True  # without, only what makes an error is decided: many files, fast
    today: date | None = None
    measured: Mapping[str, Estimate] = field(default_factory=dict)
    past: Sequence[PastRun] = ()  # completed runs; those of the same job are measurements
    disk: Disk | None = None  # where files that a scenario names are looked up; None: nowhere


class Checked(NamedTuple):
    """What was found in one file."""

    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...] = ()
    silenced: int = 0
    ran: tuple[str, ...] = ()  # slugs of the rules that ran


def validate_template(reading: Reading, terms: Terms, generic: Sequence[Finding] = ()) -> Checked:
    """Every combination of parameters; a finding says for which it holds, if not for all.

    `generic` are findings of another checker; where awsml says as much, they are left out.
    """
    found: dict[Finding, tuple[Related, ...]] = dict.fromkeys(reading.findings, ())
    skipped = dict.fromkeys(reading.not_checked)
    ran: tuple[str, ...] = ()
    plans = [variant.plan for variant in reading.variants]
    outcomes = rules.check_each(
        plans, target=terms.target, strict=terms.strict, persona=terms.persona
    )
    for variant, outcome in zip(reading.variants, outcomes, strict=True):
        for finding in outcome.findings:
            found.setdefault(finding, variant.unusual)
        skipped |= dict.fromkeys(outcome.not_checked)
        ran = tuple(dict.fromkeys([*ran, *_ran(variant.plan, terms)]))
    told = [replace(f, related=(*f.related, *unusual)) for f, unusual in found.items()]
    said = {(f.place.line, f.level) for f in told if f.place}
    told += [f for f in generic if f.place and (f.place.line, f.level) not in said]
    kept = suppress([reading], told)
    return Checked(tuple(worst_first(kept.findings)), tuple(skipped), len(kept.silenced), ran)


def validate_plan(read: Plan, terms: Terms, earlier: Sequence[Finding] = ()) -> Checked:
    """A plan that was read rather than compiled: a raw request, a template."""
    outcome = rules.check(read, target=terms.target, strict=terms.strict, persona=terms.persona)
    found = tuple(worst_first([*earlier, *outcome.findings]))
    return Checked(found, tuple(outcome.not_checked), ran=_ran(read, terms))


def _ran(plan: Plan, terms: Terms) -> tuple[str, ...]:
    return rules.slugs_for(frozenset(call.api for call in plan.calls), terms.persona)
