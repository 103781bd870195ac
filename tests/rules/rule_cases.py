"""Reads rule cases: YAML in which `!unknown why` and `!ref name` stand for values not known yet,
and `!long n` for n characters.

A case has a name, and `params` (of `api`, by default the rule's first), or `calls` (a list of
`{api, params}`), or `scenario` or `template` (its text). `expect` holds words: the request path of
each finding (`(request)` is the request as a whole), `not-checked`, or `none`. Optional: `region`,
`level`, `says` (a part of the message or hint), and `at` (line:column of the first finding).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from awsml.plan import Call, Plan, Ref, Text, Unknown
from awsml.readers.templates.reading import read_template
from awsml.rules.rule import Rule
from awsml.scenario.source import SourceText

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """One fragment and what the rule has to say about it."""

    slug: str
    name: str
    expect: tuple[str, ...]
    fragment: dict[str, Any] = field(default_factory=dict)
    scenario: str | None = None
    region: str | None = None
    level: str | None = None
    says: str | None = None
    at: str | None = None

    def __str__(self) -> str:
        return f"{self.slug}: {self.name}"


class _Loader(yaml.SafeLoader):
    """YAML with the tags of this folder."""


_Loader.add_constructor("!unknown", lambda loader, node: Unknown(node.value))
_Loader.add_constructor("!ref", lambda loader, node: Ref(node.value))
_Loader.add_constructor("!long", lambda loader, node: "x" * int(node.value))
_Loader.add_constructor("!text", lambda loader, node: Text((node.value, Ref("default-bucket"))))


def read_yaml(text: str) -> Any:
    return yaml.load(text, _Loader)


def cases_of(slug: str) -> list[Case]:
    path = CASES / f"{slug}.yaml"
    if not path.exists():
        return []
    return [_case(slug, row) for row in read_yaml(path.read_text())]


def _case(slug: str, row: dict[str, Any]) -> Case:
    row = dict(row)
    keys = {k: row.pop(k) for k in ("scenario", "region", "level", "says", "at") if k in row}
    expect = tuple(row.pop("expect").split())
    return Case(slug, row.pop("name"), expect, row, **keys)


def plan_of(fragment: Any, rule: Rule, region: str | None = None) -> Plan:
    """A plan from a case, or from the YAML of an example on a rule's page."""
    if isinstance(fragment, list):
        fragment = {"calls": fragment}
    if not {"params", "calls", "template"} & fragment.keys():
        fragment = {"params": fragment}
    region = fragment.get("region", region)
    if "template" in fragment:
        return template_plan(fragment["template"], region)
    rows = fragment.get("calls") or [fragment]
    calls = tuple(_call(row.get("api", rule.apis[0]), row["params"]) for row in rows)
    return Plan("request", "example", calls, region=region)


def template_plan(text: str, region: str | None = None) -> Plan:
    """The plan of a CloudFormation template with its defaults."""
    return read_template(SourceText("case.yaml", text), region=region).variants[0].plan


def _call(api: str, params: dict[str, Any]) -> Call:
    service, _, operation = api.partition(":")
    return Call(service, operation, params)
