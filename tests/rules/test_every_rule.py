"""Every rule, by its cases and by the examples on its page."""

from __future__ import annotations

import inspect
import re

import pytest

from awsml import api
from awsml.kinds import INCLUDES, KINDS
from awsml.plan import Plan
from awsml.rules.discovery import all_rules, find_rule, folder_apis
from awsml.rules.engine import Outcome, run_rule
from awsml.rules.page import HEADINGS, page_text, sections, title
from awsml.rules.part import PlanView
from awsml.rules.rule import Confidence, Level, Rule
from awsml.scenario.loader import load
from tests.rules.rule_cases import CASES, Case, cases_of, plan_of, read_yaml, template_plan

RULES = {rule.slug: rule for rule in all_rules()}
EVERY_CASE = [case for slug in RULES for case in cases_of(slug)]
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))


def words(outcome: Outcome) -> list[str]:
    found = [finding.request_path or "(request)" for finding in outcome.findings]
    return found + ["not-checked"] * bool(outcome.not_checked) or ["none"]


@pytest.mark.parametrize("case", EVERY_CASE, ids=str)
def test_a_case_comes_out_as_it_says(case: Case) -> None:
    outcome = outcome_of(case)
    assert sorted(words(outcome)) == sorted(case.expect)
    if case.at:
        place = outcome.findings[0].place
        assert place is not None
        assert f"{place.line}:{place.column}" == case.at
    if case.level:
        assert {str(finding.level) for finding in outcome.findings} == {case.level}
    if case.says:
        texts = [f"{f.message} / {f.hint}" for f in outcome.findings]
        assert any(case.says in text for text in texts), texts


@every_rule
def test_a_rule_has_a_firing_a_silent_and_an_unknown_case(rule: Rule) -> None:
    expected = {word for case in cases_of(rule.slug) for word in case.expect}
    assert {"none", "not-checked"} <= expected
    assert expected - {"none", "not-checked"}


@every_rule
def test_the_flagged_example_is_flagged(rule: Rule) -> None:
    assert run_rule(rule, example(rule, "Flagged")).findings


@every_rule
def test_the_preferred_example_is_silent(rule: Rule) -> None:
    outcome = run_rule(rule, example(rule, "Preferred"))
    assert (outcome.findings, outcome.not_checked) == ([], [])


@every_rule
def test_a_page_has_every_part(rule: Rule) -> None:
    parts = sections(rule.page)
    assert {"What it does", "Why", "Flagged", "Preferred"} <= parts.keys()
    assert parts.keys() <= {"What it does", *HEADINGS}
    assert all(parts.values())
    assert title(rule).endswith(".") and len(title(rule)) < 100
    assert re.match(r"https?://\S+$|botocore ", rule.source), rule.source
    assert rule.slug in page_text(rule) and rule.source in page_text(rule)


@every_rule
def test_a_rule_says_what_it_is(rule: Rule) -> None:
    assert isinstance(rule.level, Level) and isinstance(rule.confidence, Confidence)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.slug)
    assert find_rule(rule.slug) == rule


@every_rule
def test_a_page_names_every_level_that_a_problem_may_have(rule: Rule) -> None:
    source = inspect.getsource(inspect.getmodule(rule.check) or inspect)
    named = {Level[name] for name in re.findall(r"level=Level\.([A-Z]+)", source)}
    assert named - {rule.level} == set(rule.also)
    told = page_text(rule).rpartition("Level: ")[2].partition(". Confidence")[0]
    assert all(level in told for level in rule.also)
    if rule.level is Level.ERROR and rule.confidence is Confidence.INFERRED:
        assert "--strict" in told


@every_rule
def test_the_folder_of_a_rule_names_its_apis(rule: Rule) -> None:
    folder = rule.check.__module__.rpartition(".")[0]
    assert set(rule.apis) <= folder_apis()[folder]


@pytest.mark.parametrize("case", EVERY_CASE, ids=str)
def test_messages_follow_the_house_style(case: Case) -> None:
    for finding in outcome_of(case).findings:
        assert not finding.message.endswith(".")
        assert "None" not in finding.message.replace("`None`", "")
        assert finding.hint is None or not finding.hint.endswith(".")


def test_every_case_file_belongs_to_a_rule() -> None:
    assert {path.stem for path in CASES.glob("*.yaml")} == set(RULES)


def outcome_of(case: Case) -> Outcome:
    rule = RULES[case.slug]
    plan = scenario_plan(case) if case.scenario else plan_of(case.fragment, rule, case.region)
    return run_rule(rule, PlanView(plan))


def scenario_plan(case: Case) -> Plan:
    """The plan that the whole way from text makes of a case's scenario."""
    loaded = load("case.yaml", text=case.scenario, environ={}, kinds=KINDS, includes=INCLUDES)
    planned = api.plan(loaded.documents[-1], api.Terms(region=case.region, target="aws"))
    assert planned.spec is not None, planned.report.findings
    return planned.plan


def example(rule: Rule, heading: str) -> PlanView:
    text = sections(rule.page)[heading]
    if text.startswith("Resources:"):
        return PlanView(template_plan(text))
    return PlanView(plan_of(read_yaml(text), rule))
