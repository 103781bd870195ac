"""A template read: one plan for each combination of parameters that is tried."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import NamedTuple

from awsml.finding import Finding, NotChecked, Related
from awsml.plan import Call, Plan
from awsml.readers.templates.calls import calls_of
from awsml.readers.templates.functions import Functions
from awsml.readers.templates.names import misnamed
from awsml.readers.templates.resource_types import resource_type
from awsml.readers.templates.settings import Setting, combinations
from awsml.readers.templates.template import Resource, Template, parse_template
from awsml.readers.templates.trust import Trusts, trusts_of
from awsml.scenario.source import SourceText
from awsml.scenario.suppression import Ignore

_SERVICES = ("SageMaker", "Batch", "ApplicationAutoScaling", "Events", "Scheduler")


class Variant(NamedTuple):
    """The plan of one combination; `unusual` says which parameters are not the first choice."""

    plan: Plan
    unusual: tuple[Related, ...] = ()


class Reading(NamedTuple):
    """What a template came to, the defaults first."""

    variants: tuple[Variant, ...]
    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]
    ignores: tuple[Ignore, ...]


def read_template(source: SourceText, *, region: str | None = None) -> Reading:
    """A template's resources as calls; UsageError where the text is no template."""
    template = parse_template(source)
    tried, skipped = combinations(template)
    findings = [*template.findings, *misnamed(template)]
    variants: list[Variant] = []
    made: _Made = {}
    trusts = trusts_of(template)
    uses_region = False
    for combination in tried:
        functions = Functions(template, combination.settings, region)
        plan = _plan(template, functions, made, trusts)
        findings += functions.findings
        skipped += functions.not_checked
        uses_region = uses_region or functions.uses_region
        if all(plan.calls != earlier.plan.calls for earlier in variants):
            variants.append(Variant(plan, combination.unusual))
    if uses_region:
        reason = "the Region of the stack is not known; name one: `awsml --region us-east-1 …`"
        skipped.append(NotChecked("template-region", reason))
    skipped += _unread(template)
    return Reading(
        tuple(variants),
        tuple(dict.fromkeys(findings)),
        tuple(dict.fromkeys(skipped)),
        template.ignores,
    )


# The calls of a resource, by its name and the settings of the parameters that decided about them.
# Combinations differ in a parameter or two, and what those do not reach is the same call.
_Made = dict[str, list[tuple[Mapping[str, Setting], tuple[Call, ...]]]]


def _plan(template: Template, functions: Functions, made: _Made, trusts: Trusts) -> Plan:
    calls: list[Call] = []
    for resource in template.resources.values():
        found = _made_before(made, resource, functions)
        calls += _make(made, resource, functions) if found is None else found
    file = template.source.file
    name = PurePath(file).stem
    return Plan("template", name, tuple(calls), region=functions.region, file=file, trusts=trusts)


def _made_before(made: _Made, resource: Resource, functions: Functions) -> tuple[Call, ...] | None:
    for asked, calls in made.get(resource.name, ()):
        if all(functions.settings[name] is setting for name, setting in asked.items()):
            return calls
    return None


def _make(made: _Made, resource: Resource, functions: Functions) -> tuple[Call, ...]:
    functions.asked = set()
    holds = resource.condition is None or functions.conditions.holds(resource.condition)
    calls = () if holds is False else tuple(calls_of(resource, functions))
    asked = {name: functions.settings[name] for name in functions.asked}
    made.setdefault(resource.name, []).append((asked, calls))
    return calls


def _unread(template: Template) -> list[NotChecked]:
    """Resources of services that awsml is about, of a type that it does not read."""
    unread = sorted(
        {
            resource.type
            for resource in template.resources.values()
            if resource.type.split("::")[1:2] and resource.type.split("::")[1] in _SERVICES
            if resource_type(resource.type) is None
        }
    )
    return [
        NotChecked("template-resource", f"{each} is a type that is not read") for each in unread
    ]
