"""A plan as one page: dollars and time first, then what they rest on, advice, and the requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from awsml.advice import Advice, Alternative
from awsml.basis import weakest
from awsml.finding import Finding, Level
from awsml.plan import Call, Origin, walk
from awsml.render.advice import fix_text, option_table, saving_text
from awsml.render.cluster import cluster_facts
from awsml.render.findings import SourceLine, counts_line, place_lines
from awsml.render.page import Cell, Fold, Item, Section, Span, Table, page
from awsml.render.plan import (
    COST_HEADINGS,
    EFFECTIVE_HEADINGS,
    SKIPPED_HEADINGS,
    ceiling_text,
    cost_rows,
    effective_rows,
    on_spot,
    phase_time,
    price_sources,
    range_text,
    skipped_rows,
    time_totals,
    value_text,
)
from awsml.render.plan_blocks import block_sections
from awsml.report import Phase, Report
from awsml.secrets import FINDING
from awsml.store.predicted import SEARCH
from awsml.units import counted

_FOOTER = (
    "Nothing was sent to AWS. ~ marks a price or rate that is neither listed nor measured; "
    "bases from strongest to weakest: measured, listed, documented, derived, fitted, estimated, "
    "assumed."
)
_TIME_HEADINGS = ("phase", "when", "time", "billed", "basis")
_CALL_HEADINGS = ("parameter", "value", "set by", "from")


def plan_page(report: Report, source_line: SourceLine) -> str:
    """The whole report; sections without content are left out."""
    report = report.shown()
    plan = report.plan
    where = f"{plan.kind} plan, {plan.region or 'no region given'}"
    lead = f"{where}, from {plan.file}" if plan.file else where
    found = _findings(report.findings, source_line)
    grave = any(finding.level is not Level.ADVICE for finding in report.findings)
    sections = [
        _summary(report),
        found if grave else None,
        _time(report),
        _cost(report),
        *block_sections(report),
        _advice(report.advice),
        None if grave else found,
        _values(report),
        _requests(report),
        _skipped(report),
    ]
    return page(plan.name, lead, [each for each in sections if each is not None], _FOOTER)


def _summary(report: Report) -> Section:
    """The three questions: how much, how long, and how sure."""
    facts: list[tuple[str, str]] = []
    if report.plan.calls:
        cost = report.cost
        facts += [
            (f"Dollars a {cost.per}", range_text(cost.usd, "USD")),
            ("At most", ceiling_text(cost)),
        ]
    totals = time_totals(report.time, on_spot(report))
    facts += [(_capital(name), text) for name, text in totals]
    bases = [report.cost.usd] if report.plan.calls else []
    bases += [phase.seconds for phase in report.time.phases]
    if known := [estimate.basis for estimate in bases if estimate.known]:
        facts.append(("Basis", f"{weakest(known).value}, at worst"))
    facts += cluster_facts(report.blocks) if report.plan.kind == "cluster" else []
    facts.append(("Findings", counts_line(report.findings)))
    return Section("Summary", facts=facts)


def _findings(findings: Sequence[Finding], source_line: SourceLine) -> Section | None:
    if not findings:
        return None
    return Section("Findings", items=[_finding(finding, source_line) for finding in findings])


def _finding(finding: Finding, source_line: SourceLine) -> Item:
    code = ""
    if finding.place is not None:
        lines = place_lines(finding.place, source_line, width=100, secret=finding.slug == FINDING)
        code = "\n".join(lines).strip("\n")
    points = [f"hint: {finding.hint}"] if finding.hint else []
    points += [f"note: {related.message}" for related in finding.related]
    level = finding.level.value
    return Item(f"{level} {finding.slug}", finding.message, level, points=points, code=code)


def _time(report: Report) -> Section | None:
    """The phases one after the other, each beginning where the one before is expected to end."""
    phases = report.time.phases
    if not phases:
        return None
    one = [phase for phase in phases if phase.name != SEARCH]
    caption = "One trial, the dearest" if len(one) < len(phases) else ""
    return Section(
        "Time", tables=[Table(_TIME_HEADINGS, list(_phase_rows(one)), ("time",), caption)]
    )


def _phase_rows(phases: Sequence[Phase]) -> Iterator[Sequence[Cell]]:
    starts = [sum(p.seconds.expected or 0.0 for p in phases[:i]) for i in range(len(phases))]
    ends = [
        start + (p.seconds.high or p.seconds.expected or 0.0)
        for start, p in zip(starts, phases, strict=True)
    ]
    whole = max(ends) or 1.0
    for start, phase in zip(starts, phases, strict=True):
        shown = phase_time(phase)
        yield (
            phase.name,
            _span(phase, start, whole, shown),
            shown,
            "billed" if phase.billed else "not billed",
            phase.seconds.basis.value,
        )


def _span(phase: Phase, start: float, whole: float, shown: str) -> Cell:
    seconds = phase.seconds
    if seconds.expected is None:
        return "unknown"
    longest = seconds.expected if seconds.high is None else seconds.high
    faint = (start / whole, (start + longest) / whole)
    return Span(start / whole, (start + seconds.expected) / whole, f"{phase.name}: {shown}", faint)


def _cost(report: Report) -> Section | None:
    cost = report.cost
    if not report.plan.calls or not (cost.lines or cost.left_out):
        return None
    paragraphs = [f"Left out: {'; '.join(cost.left_out)}."] if cost.left_out else []
    paragraphs += [f"Price: {text}." for text in price_sources(cost)]
    rows = cost_rows(cost)
    tables = [Table(COST_HEADINGS, rows, COST_HEADINGS[1:])] if rows else []
    return Section(f"Cost a {cost.per}", paragraphs, tables=tables)


def _advice(advice: Sequence[Advice]) -> Section | None:
    return Section("Advice", items=[_advised(each) for each in advice]) if advice else None


def _advised(advice: Advice) -> Item:
    """Options with the reason each wins or loses; notes say where the answer flips."""
    tables = [_options(advice.alternatives)] if advice.alternatives else []
    return Item(
        advice.subject,
        advice.recommend,
        paragraphs=[f"Because {advice.because}.", f"{_capital(saving_text(advice))}."],
        tables=tables,
        points=[*advice.notes, *(fix_text(fix) for fix in advice.fixes)],
    )


def _options(alternatives: Sequence[Alternative]) -> Table:
    headings, figures = option_table(alternatives)
    reasons = [each.why for each in alternatives]
    rows = [(*row, why) for row, why in zip(figures, reasons, strict=True)]
    return Table((*headings, "why"), rows, headings[2:])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _values(report: Report) -> Section | None:
    rows = effective_rows(report.effective)
    title = "Values not from the scenario"
    return Section(title, tables=[Table(EFFECTIVE_HEADINGS, rows)]) if rows else None


def _requests(report: Report) -> Section | None:
    """Each call folded: every value, who set it and where; then the files that go with them."""
    folds = [_call(call) for call in report.plan.calls]
    folds += [Fold(name, code=text) for name, text in report.plan.files.items()]
    if not folds:
        return None
    said = "What would be sent, in this order; ‹…› is known only when it is."
    return Section("Requests", [said], folds=folds)


def _call(call: Call) -> Fold:
    rows = [
        (path, value_text(value), *_origin(call.origin(path)))
        for path, value in walk(call.params)
        if path and not (isinstance(value, dict | list | tuple) and value)
    ]
    count = counted(len(rows), "value")
    return Fold(f"{call.api}, {count}", tables=[Table(_CALL_HEADINGS, rows)])


def _origin(origin: Origin | None) -> tuple[str, str]:
    """Who set a value, and the field and the line where, or the reason."""
    if origin is None:
        return "", ""
    place = f"{origin.place.file}:{origin.place.line}" if origin.place else ""
    told = [part for part in (origin.field, place, origin.because) if part]
    return origin.source.value, ", ".join(told)


def _skipped(report: Report) -> Section | None:
    rows = skipped_rows(report.not_checked)
    if not rows:
        return None
    table = Table(SKIPPED_HEADINGS, rows)
    return Section(
        "Not checked",
        folds=[Fold(f"for lack of a value: {counted(len(rows), 'rule')}", tables=[table])],
    )
