"""Quantities as text: what people read agrees with its number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from awsml.units import counted

SOURCES = Path(__file__).parent.parent / "awsml"
# A plural made by hand beside its number; schedule expressions have a grammar of their own.
BY_HAND = re.compile(r"""\{['"]e?s['"] if |else ['"]e?s['"]\}""")


@pytest.mark.parametrize(
    ("number", "words", "text"),
    [
        (0, ("file",), "0 files"),
        (1, ("file",), "1 file"),
        (1.0, ("vCPU",), "1 vCPU"),
        (0.5, ("vCPU",), "0.5 vCPUs"),
        (12_000, ("object",), "12,000 objects"),
        (2.5e6, ("object",), "2.5M objects"),
        (2, ("entry", "entries"), "2 entries"),
        (1, ("child", "children"), "1 child"),
    ],
)
def test_a_noun_agrees_with_its_number(number: float, words: tuple[str, ...], text: str) -> None:
    assert counted(number, *words) == text


def test_plurals_are_made_in_one_place() -> None:
    found = [
        f"{path.relative_to(SOURCES)}: {line.strip()}"
        for path in sorted(SOURCES.rglob("*.py"))
        if "cron" not in path.parts
        for line in path.read_text(encoding="utf-8").splitlines()
        if BY_HAND.search(line)
    ]
    assert found == []
