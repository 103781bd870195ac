"""Figures of a campaign, as JSON lines, where `AWSML_FUZZ_FIGURES` names a file."""

from __future__ import annotations

import json
import os

import pytest

from tests.fuzz.reader import FUZZED


def pytest_sessionfinish(session: pytest.Session) -> None:
    target = os.environ.get("AWSML_FUZZ_FIGURES")
    if target is None:
        return
    with open(target, "a", encoding="utf-8") as file:
        for tally in FUZZED.tallies.values():
            row = {
                "reader": tally.reader,
                "examples": tally.examples,
                "crashes": len(tally.crashes),
            }
            file.write(json.dumps(row) + "\n")
