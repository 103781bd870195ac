"""Every slug that awsml can print has a page, and every page is about a slug there is."""

from __future__ import annotations

import json

import pytest

from awsml.render.explanation import page, page_slugs, written_pages
from awsml.rules.discovery import all_rules
from tests.conftest import CommandLine
from tests.contracts import check
from tests.slugs import named_slugs


def test_every_slug_in_the_code_has_a_page() -> None:
    have = set(page_slugs())
    missing = {slug: where for slug, where in named_slugs().items() if slug not in have}
    assert missing == {}


def test_every_page_is_about_a_slug_in_the_code() -> None:
    named = set(named_slugs())
    assert [each.slug for each in written_pages() if each.slug not in named] == []


def test_the_reader_of_slugs_finds_those_of_each_form() -> None:
    named = named_slugs()
    assert named["duplicate-key"].startswith("awsml/readers/")  # a keyword
    assert "usage" in named  # a class attribute
    assert "enum-value" in named  # one of two names assigned together
    assert "bad-merge" in named  # a position
    assert "aws-throttled" in named  # a table


def test_no_slug_has_two_pages() -> None:
    slugs = [each.slug for each in written_pages()]
    assert len(slugs) == len(set(slugs))


@pytest.mark.parametrize("each", [pytest.param(p, id=p.slug) for p in written_pages()])
def test_a_page_opens_with_a_sentence(each: object) -> None:
    text = getattr(each, "text", "")
    first = text.partition("\n\n")[0]
    assert first.endswith("."), first
    assert "\n" not in first and len(first) <= 100, first


def test_the_page_of_a_rule_is_its_docstring() -> None:
    rule = all_rules()[0]
    assert rule.page.partition("\n")[0] in str(page(rule.slug))


def test_explain_prints_a_page(awsml: CommandLine) -> None:
    printed = awsml("explain", "wrong-unit")
    assert printed.code == 0
    assert printed.out.startswith("# wrong-unit\n\nA quantity has no unit")


def test_explain_prints_json(awsml: CommandLine) -> None:
    check("page", json.loads(awsml("explain", "wrong-unit", "-o", "json").out))
    check("pages", json.loads(awsml("explain", "-o", "json").out))


def test_explain_of_something_unknown_names_the_nearest(awsml: CommandLine) -> None:
    refused = awsml("explain", "wrong-unti")
    assert refused.code == 2
    assert "run `awsml explain wrong-unit`" in refused.err
