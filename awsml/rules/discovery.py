"""Finds rules by folder, and imports only the folders that a plan needs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from awsml.rules.rule import Rule, rule_of

_PACKAGE = "awsml.rules"


@cache
def rules_for(apis: frozenset[str]) -> tuple[Rule, ...]:
    """The rules that read any of these APIs, each narrowed to the places in them."""
    folders = [name for name, known in _folders() if not apis.isdisjoint(known)]
    found = (_narrowed(rule, apis) for name in folders for rule in _rules_in(name))
    return tuple(rule for rule in found if rule.places)


@cache
def slugs_for(apis: frozenset[str], persona: str | None = None) -> tuple[str, ...]:
    """The slugs of the rules that read any of these APIs, and that this persona hears of."""
    found = rules_for(apis)
    return tuple(rule.slug for rule in found if rule.persona in (None, persona))


def _narrowed(rule: Rule, apis: frozenset[str]) -> Rule:
    return rule._replace(places=tuple(place for place in rule.places if place[0] in apis))


def all_rules() -> tuple[Rule, ...]:
    """Every rule, for pages and tests."""
    return tuple(rule for name, _ in _folders() for rule in _rules_in(name))


def find_rule(slug: str) -> Rule | None:
    """The rule of a slug, importing that one module only."""
    module = slug.replace("-", "_")
    for folder, _ in _folders():
        if module in _modules(folder):
            return rule_of(import_module(f"{folder}.{module}"))
    return None


def folder_apis() -> dict[str, frozenset[str]]:
    """What each folder says its rules may read."""
    return dict(_folders())


@cache
def _folders() -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple(
        (name, frozenset(import_module(name).APIS)) for name in sorted(_names(_PACKAGE, True))
    )


@cache
def _rules_in(folder: str) -> tuple[Rule, ...]:
    return tuple(rule_of(import_module(f"{folder}.{module}")) for module in _modules(folder))


@cache
def _modules(folder: str) -> tuple[str, ...]:
    return tuple(sorted(name.rpartition(".")[2] for name in _names(folder, False)))


def _names(package: str, folders: bool) -> Iterator[str]:
    """Sub-packages, or rule modules (those whose name does not start with an underscore)."""
    here = Path(import_module(package).__path__[0])
    for path in here.glob("*/__init__.py") if folders else here.glob("*.py"):
        name = path.parent.name if folders else path.stem
        if not name.startswith("_"):
            yield f"{package}.{name}"
