"""The fuzzing part: `pytest tests/fuzz` with many examples, and what it counted.

The contract with tests/fuzz: HYPOTHESIS_PROFILE=long runs as many examples a test as
AWSML_FUZZ_EXAMPLES says, and where AWSML_FUZZ_FIGURES names a file, JSON lines are appended to it,
one for each reader of each process:

    {"reader": "scenario files", "examples": 20000, "crashes": 0}

`reader` says in the reader's words what was read, `examples` how many inputs were tried, and
`crashes` in how many ways they ended in anything but a value or a clear error.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.campaign.driver import ROOT, Bench
from tests.campaign.figures import Figure

_EXAMPLES = 400  # of each test; some have dozens of variants
_DEADLINE_SECONDS = 900
_CHECKED = "a value or a clear error with its place, within 5 s of CPU time and 1 GiB; no crash"


def figures(bench: Bench, share: float = 1.0) -> Iterator[Figure]:
    file = bench.folder / "fuzz.jsonl"
    examples = max(5, round(_EXAMPLES * share))
    ended = run(file, examples)
    rows = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    if not rows:
        raise RuntimeError(f"tests/fuzz did not run: {ended.stdout[-500:]}{ended.stderr[-500:]}")
    for reader in sorted({str(row["reader"]) for row in rows}):
        mine = [row for row in rows if row["reader"] == reader]
        crashes = sum(row["crashes"] for row in mine)
        failures = (f"{crashes} ways to crash it",) if crashes else ()
        yield Figure(f"Fuzzing {reader}", _CHECKED, sum(r["examples"] for r in mine), failures)


def run(file: Path, examples: int) -> subprocess.CompletedProcess[str]:
    """As anybody can run it; two processes, as the rest of the campaign has."""
    more = {
        "HYPOTHESIS_PROFILE": "long",
        "AWSML_FUZZ_EXAMPLES": str(examples),
        "AWSML_FUZZ_FIGURES": str(file),
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", "tests/fuzz", "-n", "2", "-q", "-m", "not slow or slow"],
        cwd=ROOT,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        timeout=_DEADLINE_SECONDS,
        check=False,
    )
