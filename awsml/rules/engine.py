"""Runs the rules over a plan: findings with their places, and what could not be checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from awsml.finding import Confidence, Finding, Fix, Level, NotChecked, Place, Related
from awsml.plan import Call, Origin, Plan, parent_path
from awsml.requests.complaint import Complaint
from awsml.requests.shape import check_shape
from awsml.rules.discovery import rules_for
from awsml.rules.part import KnownLater, Part, PlanView, Undecided
from awsml.rules.problem import Problem
from awsml.rules.rule import Rule
from awsml.rules.spelling import as_template

# Complaints of compile() that a run on this machine does not make right.
WRONG_ANYWHERE = frozenset({"unknown-region"})


class Outcome(NamedTuple):
    """What the rules found, and what they could not decide."""

    findings: list[Finding]
    not_checked: list[NotChecked]


# What was said of calls that several plans share: by call, then by rule and path.
Said = dict[int, dict[tuple[str, str], Outcome]]


def check(
    plan: Plan, *, target: str = "aws", strict: bool = False, persona: str | None = None
) -> Outcome:
    """Every finding about a plan's requests.

    `target` is where it will run: what only AWS refuses warns when that is "local". `strict`
    lets inferred rules be errors. `persona` adds the rules of one audience ("security").
    """
    return _check(plan, target == "local", strict, persona, {})


def check_each(
    plans: Sequence[Plan], *, target: str = "aws", strict: bool = False, persona: str | None = None
) -> list[Outcome]:
    """The same of plans that share calls: what a shared call came to is not worked out again,
    but by rules that looked at other calls as well."""
    times = Counter(id(call) for plan in plans for call in plan.calls)
    said: Said = {call: {} for call, number in times.items() if number > 1}
    return [_check(plan, target == "local", strict, persona, said) for plan in plans]


def _check(plan: Plan, local: bool, strict: bool, persona: str | None, said: Said) -> Outcome:
    shape = _shape(plan, local, said)
    outcome = Outcome([], shape.not_checked)
    view = PlanView(plan)
    for rule in rules_for(frozenset(call.api for call in plan.calls)):
        if rule.persona is None or rule.persona == persona:
            firm = _is_firm(rule, strict) and (rule.local or not local)
            _add(rule, view, firm, said, outcome)
    outcome.findings.extend(
        _softened(f) if local and f.slug not in WRONG_ANYWHERE else f for f in plan.problems
    )
    explained = {(_spot(finding), finding.level) for finding in outcome.findings}
    kept = [
        f for f in shape.findings if f.slug not in _VAGUE or (_spot(f), f.level) not in explained
    ]
    return Outcome(kept + outcome.findings, list(dict.fromkeys(outcome.not_checked)))


# What only says that a form is wrong gives way to a rule that says what is wrong with it.
_VAGUE = {"pattern-mismatch", "bad-name", "enum-value"}


def _spot(finding: Finding) -> tuple[int | None, str | None]:
    """What a finding is about; of the line it may name some characters."""
    return finding.place.line if finding.place else None, finding.request_path


_SHAPE = ("", "")  # in the place of a rule and a path


def _shape(plan: Plan, local: bool, said: Said) -> Outcome:
    """What the services' models say about the calls of a plan."""
    outcome = Outcome([], [])
    written = plan.kind == "template" and plan.made_from is None
    for call in plan.calls:
        known = said.get(id(call), {})
        found = known.get(_SHAPE)
        if found is None:
            found = known[_SHAPE] = _shape_of(call, local, written)
        outcome.findings.extend(found.findings)
        outcome.not_checked.extend(found.not_checked)
    return outcome


def _shape_of(call: Call, local: bool, written: bool) -> Outcome:
    outcome = Outcome([], [])
    for found in check_shape(call):
        if isinstance(found, NotChecked):
            outcome.not_checked.append(found)
            continue
        finding = _complaint(found, call)
        if written:
            finding = _of_template(finding, call.api)
        softer = local and not found.local
        outcome.findings.append(_softened(finding) if softer else finding)
    return outcome


def run_rule(
    rule: Rule, view: PlanView, *, strict: bool = False, said: Said | None = None
) -> Outcome:
    """One rule over a plan."""
    outcome = Outcome([], [])
    _add(rule, view, _is_firm(rule, strict), said or {}, outcome)
    return Outcome(outcome.findings, list(dict.fromkeys(outcome.not_checked)))


def _is_firm(rule: Rule, strict: bool) -> bool:
    """Whether its errors are errors."""
    return strict or rule.confidence is not Confidence.INFERRED


def _add(rule: Rule, view: PlanView, firm: bool, said: Said, outcome: Outcome) -> None:
    """What a rule says of a plan; most say nothing, so nothing is made before they do."""
    subjects = view.subjects(rule.places)
    if rule.over_plan:
        if subjects:
            _run(rule, view, firm, outcome)
        return
    for part in subjects:
        known = said.get(id(part.call)) if said else None
        if known is None:
            _run(rule, part, firm, outcome)
        else:
            _add_known(rule, part, firm, known, outcome)


def _add_known(
    rule: Rule,
    part: Part,
    firm: bool,
    known: dict[tuple[str, str], Outcome],
    outcome: Outcome,
) -> None:
    """What a rule says of a part; from memory where nothing but the part's call decided it."""
    key = rule.slug, part.path
    found = known.get(key)
    if found is None:
        found = Outcome([], [])
        part.plan.looked = False
        _run(rule, part, firm, found)
        if not part.plan.looked:
            known[key] = found
    outcome.findings.extend(found.findings)
    outcome.not_checked.extend(found.not_checked)


def _run(rule: Rule, subject: Part | PlanView, firm: bool, outcome: Outcome) -> None:
    try:
        if isinstance(subject, Part):
            _ = subject.value  # what is not known stops the rule here
        for problem in rule.check(subject):
            outcome.findings.append(_finding(rule, problem, firm))
    except KnownLater:
        return
    except Undecided as undecided:
        outcome.not_checked.append(NotChecked(rule.slug, undecided.reason, undecided.path))


def _finding(rule: Rule, problem: Problem, firm: bool) -> Finding:
    call, path = problem.at.call, problem.at.path
    origin = call.origin(path)
    level = problem.level or rule.level
    if level is Level.ERROR and not firm:
        level = Level.WARNING
    finding = Finding(
        slug=rule.slug,
        level=level,
        message=problem.message,
        hint=problem.hint,
        confidence=rule.confidence,
        place=_narrowed(origin.place if origin else None, problem),
        field=origin.field if origin else None,
        request_path=path,
        related=tuple(_related(part, text) for part, text in problem.related),
        fix=_fix(problem, call.origins.get(path)),
        persona=rule.persona,
        usd=problem.usd,
    )
    view = problem.at.plan
    written = view.is_template and view.plan.made_from is None
    return _of_template(finding, call.api) if written else finding


def _of_template(finding: Finding, api: str) -> Finding:
    """In the words of somebody who wrote a template, not a request."""
    hint = finding.hint and as_template(finding.hint, api)
    return replace(finding, message=as_template(finding.message, api), hint=hint)


def _fix(problem: Problem, exact: Origin | None) -> Fix | None:
    """A fix only where the scenario has a field of its own for this very parameter."""
    if problem.fix is None or exact is None or exact.field is None:
        return None
    return Fix(exact.field, problem.fix)


def _related(part: Part, message: str) -> Related:
    origin = part.call.origin(part.path)
    return Related(message, origin.place if origin else None, part.path)


def _narrowed(place: Place | None, problem: Problem) -> Place | None:
    """The place of the value, or of the characters that are wrong where it is written plainly."""
    if place is None or problem.span is None or place.line != place.end_line:
        return place
    quotes, odd = divmod(place.end_column - place.column - len(str(problem.at.raw)), 2)
    if odd or quotes not in (0, 1):
        return place
    start = place.column + quotes
    return place._replace(column=start + problem.span[0], end_column=start + problem.span[1])


def _complaint(complaint: Complaint, call: Call) -> Finding:
    """A complaint of the shape check as a finding, in the words of the file it is about."""
    origin = call.origin(complaint.path)
    exact = call.origins.get(complaint.path)
    name = exact.field if exact and exact.field else complaint.path
    message = complaint.message.replace(f"`{complaint.path}`", f"`{name}`")
    if complaint.slug == "missing-required":
        message = message.replace(*_around(complaint.path, call))
    return Finding(
        slug=complaint.slug,
        level=complaint.level,
        message=message,
        hint=complaint.hint,
        confidence=complaint.confidence,
        place=origin.place if origin else None,
        field=origin.field if origin else None,
        request_path=complaint.path,
    )


def _around(path: str, call: Call) -> tuple[str, str]:
    """What holds a member, as the complaint calls it and as the file does."""
    holder = parent_path(path)
    origin = call.origins.get(holder)
    said = f"`{holder}`" if holder else "the request"
    return said, f"`{origin.field}`" if origin and origin.field else said


def _softened(finding: Finding) -> Finding:
    """What only AWS would refuse does not stop a rehearsal on this machine."""
    return replace(finding, level=Level.WARNING) if finding.level is Level.ERROR else finding
