"""`awsml cluster bench`: a table that fit reads, or nothing at all."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest

from tests.conftest import CommandLine
from tests.contracts import check_text

# Stands in for a Python with torch: halves what a process does with each doubling.
STAND_IN = """\
#!/bin/sh
if [ "$1" = -c ]; then echo {devices}; exit 0; fi
count=$(echo "$4" | cut -d= -f2)
{body}
"""
ANSWER = """\
echo 'some warning'
echo "awsml-bench {\\"throughputs\\": [10, 12, 11], \\"parameters\\": 5, \\"all_reduce\\": \
[{\\"bytes\\": 65536, \\"seconds\\": 0.001, \\"busbw_gbs\\": 0.$count}], \\"facts\\": \
{\\"host\\": \\"here\\", \\"precision\\": \\"fp32\\"}}"
"""


def stand_in(body: str, devices: str = "0") -> str:
    path = Path("python")
    path.write_text(STAND_IN.replace("{devices}", devices).replace("{body}", body))
    path.chmod(0o755)
    return str(path.absolute())


def test_every_repeat_is_written_with_the_hosts_facts(awsml: CommandLine) -> None:
    python = stand_in(ANSWER)
    words = ("--python", python, "--gpus", "1,2", "--strategy", "ddp", "--all-reduce", "links.csv")
    ran = awsml("cluster", "bench", *words)
    assert ran.code == 0, ran.err
    text = Path("bench.csv").read_text(encoding="utf-8")
    assert "# host: here" in text
    rows = list(csv.DictReader(line for line in text.splitlines() if line[0] != "#"))
    found = [(row["gpus"], row["throughput"]) for row in rows[:3]]
    assert found == [("1", "10"), ("1", "12"), ("1", "11")]
    assert Path("links.csv").read_text(encoding="utf-8").splitlines()[2] == "2,65536,0.001,0.2"
    answer = check_text("scaling", awsml("cluster", "fit", "bench.csv", "-o", "json").out)
    assert [point["throughput"] for point in answer["fits"][0]["points"]] == [11, 11]


@pytest.mark.parametrize(
    ("devices", "body", "slug"),
    [
        ("0", "echo 'RuntimeError: no memory' >&2; exit 1", "bench-failed"),
        ("0", "exit 0", "bench-failed"),
        ("0", "sleep 30", "bench-failed"),
        ("0; exit 1", "exit 0", "torch-missing"),
    ],
)
def test_a_failure_writes_nothing(awsml: CommandLine, devices: str, body: str, slug: str) -> None:
    python = stand_in(body, devices)
    ran = awsml("cluster", "bench", "--python", python, "--gpus", "1", "--max-seconds", "0.5")
    assert ran.code == 3 and slug in ran.err
    assert not Path("bench.csv").exists()


def test_heads_must_divide_the_hidden_size(awsml: CommandLine) -> None:
    ran = awsml("cluster", "bench", "--heads", "3", "--hidden", "64")
    assert ran.code == 2 and "do not divide" in ran.err


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_processes_of_the_cpu_train_with_torch(awsml: CommandLine) -> None:
    pytest.importorskip("torch")
    shape = ("--layers", "2", "--hidden", "64", "--heads", "2", "--vocabulary", "512")
    size = ("--sequence", "32", "--steps", "3", "--repeats", "2", "--largest-kilobytes", "256")
    words = ("--python", sys.executable, "--gpus", "1,2", "--backend", "gloo")
    ran = awsml("cluster", "bench", *words, *shape, *size, "--all-reduce", "links.csv")
    assert ran.code == 0, ran.err
    answer = check_text("scaling", awsml("cluster", "fit", "bench.csv", "-o", "json").out)
    assert [fit["strategy"] for fit in answer["fits"]] == ["ddp", "zero1"]
    assert len(Path("links.csv").read_text(encoding="utf-8").splitlines()) == 3
