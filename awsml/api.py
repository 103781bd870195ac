"""The use cases, for the command line and for whoever imports awsml.

What takes a scenario stands here; what templates and requests do without it, in `checks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from awsml import rules
from awsml.checks import Checked, Terms, validate_plan, validate_template
from awsml.decide import Decision, Grounds, decide
from awsml.estimate.gate import cost_gate
from awsml.finding import Finding, Level, worst_first
from awsml.kinds import KINDS, kind_named, needs, presence
from awsml.kinds.kind import Context, Kind
from awsml.kinds.made import in_scenario
from awsml.kinds.raw import unsent
from awsml.plan import Plan, Source
from awsml.report import Report
from awsml.scenario.defaults import Defaults, check_defaults
from awsml.scenario.document import Document, Loaded
from awsml.scenario.suppression import suppress

if TYPE_CHECKING:
    pass

__all__ = [
    "Checked",
    "Planned",
    "Terms",
    "examine",
    "known_kind",
    "plan",
    "validate_defaults",
    "validate_file",
    "validate_plan",
    "validate_template",
    "with_expectations",
]


class Planned(NamedTuple):
    """A scenario carried through to its report; without a spec the report holds only findings."""

    document: Document
    report: Report
    spec: Any = None
    workload: Any = None

    @property
    def plan(self) -> Plan:
        return self.report.plan


def plan(document: Document, terms: Terms, earlier: Sequence[Finding] = ()) -> Planned:
    """One document to its report, without what its comments silence."""
    examined = examine(document, terms, earlier)
    kept = suppress([document], examined.report.findings, checked=()).findings
    return examined._replace(report=replace(examined.report, findings=tuple(kept)))


def validate_file(loaded: Loaded, terms: Terms) -> Checked:
    """All documents of a file; comments that silence nothing are findings themselves."""
    planned = [with_expectations(examine(each, terms)) for each in loaded.documents]
    found = [*loaded.findings, *(f for each in planned for f in each.report.findings)]
    everything_ran = all(each.spec is not None for each in planned)
    kept = suppress(
        loaded.documents,
        found,
        checked=None if everything_ran else (),
        elsewhere=(presence.SLUG,),
    )
    skipped = [entry for each in planned for entry in each.report.not_checked]
    asked = frozenset(call.api for each in planned for call in each.plan.calls)
    ran = rules.slugs_for(asked, terms.persona)
    return Checked(tuple(worst_first(kept.findings)), tuple(skipped), len(kept.silenced), ran)


def with_expectations(planned: Planned) -> Planned:
    """The same, with a finding for each line of `expect:` that the plan does not keep."""
    if planned.spec is None or not planned.spec.expect:
        return planned
    from awsml.expect import unmet_expectations  # most scenarios expect nothing

    report = planned.report
    # What is on this machine's disk is no matter of the plan: elsewhere it is the same.
    of_plan = tuple(f for f in report.findings if f.slug != presence.SLUG)
    unmet = unmet_expectations(planned.document, replace(report, findings=of_plan))
    findings = tuple(worst_first([*report.findings, *unmet]))
    return planned._replace(report=replace(report, findings=findings))


def validate_defaults(defaults: Defaults) -> list[Finding]:
    """What is wrong with a project's defaults themselves, whichever scenario they are for."""
    from awsml.scenario.shape import fields_of

    return check_defaults(defaults, KINDS, lambda kind: fields_of(kind_named(kind).Spec))


def examine(document: Document, terms: Terms, earlier: Sequence[Finding] = ()) -> Planned:
    """Scenario to report: spec, workload, decision, calls, findings.

    `earlier` are findings of the loader about the same document.
    """
    from awsml.scenario.validation import kind_finding, validate  # pydantic, for scenarios only

    kind = known_kind(document)
    if kind is None:
        unknown = kind_finding(document, KINDS)
        return _refused(document, [*earlier, *([unknown] if unknown else [])])
    spec, findings = validate(document, kind.Spec)
    if spec is None or any(finding.level == "error" for finding in earlier):
        return _refused(document, [*earlier, *findings])
    return _examined(document, kind, spec, terms, [*earlier, *findings])


def _examined(
    document: Document, kind: Kind, spec: Any, terms: Terms, earlier: Sequence[Finding]
) -> Planned:
    workload = kind.describe(spec)
    advise = terms.advise or bool(spec.expect)
    grounds = Grounds(
        terms.region or spec.region,
        terms.today,
        terms.measured,
        advise,
        local_path=Context(document).local_path,
    )
    decision = decide(kind.name, spec, workload, grounds)
    context = Context(document, decision.choices, terms.region)
    told: list[dict[str, Any]] = []
    if terms.past:
        grounds, told = _with_past(grounds, kind, spec, context, terms)
        decision = decide(kind.name, spec, workload, grounds)
        context = Context(document, decision.choices, terms.region)
    gate = _cost_gate(document, decision, getattr(workload, "cost_limit_usd", None), terms)
    placed = [replace(f, place=document.place(f.field or "kind")) for f in decision.findings]
    compiled = kind.compile(spec, context)
    found = [*earlier, *unsent(spec, compiled, document), *gate, *placed]
    report = _report(compiled, decision, terms, found)
    if compiled.files and not any(f.level == "error" for f in report.findings):
        more = _about_files(report, document, terms)
        report = replace(report, findings=tuple(worst_first([*report.findings, *more])))
    if terms.disk is not None:
        files = kind.files(spec)
        found = presence.with_local_files(report.findings, files, context, terms.disk)
        report = replace(report, findings=tuple(worst_first(found)))
    if advise:
        report = replace(report, effective=kind.effective(spec, context))
    if told:
        report = replace(report, blocks={**report.blocks, "measured": told})
    return Planned(document, report, spec, workload)


def _with_past(
    grounds: Grounds, kind: Kind, spec: Any, context: Context, terms: Terms
) -> tuple[Grounds, list[dict[str, Any]]]:
    """What runs of the same job on AWS took, and which runs those are; the predictions are of AWS
    wherever it will run. A trial of a search is the training job that it names."""
    from awsml.decide.history import conditions_of, measured_block  # brings the store of runs
    from awsml.estimate.measured import billed_elsewhere, measured_rates

    effective = kind.effective(spec, context)
    values = {path.removeprefix("training."): entry.value for path, entry in effective.items()}
    same = conditions_of(values, "aws")
    measured = {**measured_rates(same, terms.past), **terms.measured}
    elsewhere = billed_elsewhere(same, terms.past)
    told = measured_block(same, terms.past, values)
    return replace(grounds, measured=measured, elsewhere=elsewhere), told


def known_kind(document: Document) -> Kind | None:
    return kind_named(document.kind) if document.kind in KINDS else None


def _refused(document: Document, findings: Sequence[Finding]) -> Planned:
    nothing = Plan(document.kind or "unknown", document.name, (), file=document.file)
    return Planned(document, Report(nothing, findings=tuple(worst_first(findings))))


def _cost_gate(
    document: Document, decision: Decision, limit: Decimal | None, terms: Terms
) -> list[Finding]:
    """The complaint about a cost limit that is passed, or cannot be shown to be kept."""
    if limit is None or terms.gate is None:
        return []
    field = "budget.cost" if document.kind == "tuning" else "limits.cost"
    place = document.place(field)
    flag = place.file if document.source_of(place) is Source.FLAG else None
    found = cost_gate(
        decision.cost, limit, terms.gate, field, kind=document.kind or "training", flag=flag
    )
    return [] if found is None else [replace(found, place=place)]


def _report(
    compiled: Plan,
    decision: Decision,
    terms: Terms,
    earlier: Sequence[Finding],
) -> Report:
    outcome = rules.check(compiled, target=terms.target, strict=terms.strict, persona=terms.persona)
    found = [*earlier, *(f if terms.sending else _until_sent(f) for f in outcome.findings)]
    return Report(
        plan=compiled,
        cost=decision.cost,
        time=decision.time,
        advice=decision.advice,
        findings=tuple(worst_first(found)),
        not_checked=tuple(outcome.not_checked),
        blocks=decision.blocks,
    )


def _about_files(report: Report, document: Document, terms: Terms) -> list[Finding]:
    """What rules say of the templates that go with a plan, beyond what they say of its calls."""
    from awsml.readers.templates.reading import read_template  # only where a plan has one
    from awsml.scenario.source import SourceText

    said = {(finding.slug, finding.message) for finding in report.findings}
    found: dict[tuple[str, str], Finding] = {}
    for name, text in report.plan.files.items():
        reading = read_template(SourceText(name, text), region=report.plan.region)
        made = replace(reading.variants[0].plan, made_from=document.kind)
        for finding in validate_plan(made, terms).findings:
            key = finding.slug, finding.message
            if key not in said:
                found.setdefault(key, in_scenario(finding, name, document))
    return list(found.values())


def _until_sent(finding: Finding) -> Finding:
    """A missing role or region stops nothing before the plan is sent."""
    return replace(finding, level=Level.WARNING) if finding.slug in needs.SLUGS else finding
