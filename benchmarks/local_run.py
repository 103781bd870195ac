"""What a local run costs beyond its script: `python benchmarks/local_run.py`.

Runs the same script bare and through `awsml train`, in pairs, and prints medians of wall and CPU
seconds. Planning is measured apart (`awsml train --dry-run`), because every command plans.
The promise is 0.4 s of wall time at most beyond script and planning.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from promise import Promise

PROMISE_SECONDS = 0.4
SCENARIO = """
kind: training
name: bench
region: us-east-1
code: {dir: ./src, entry: train.py}
image: {framework: pytorch, version: "2.10"}
compute: {instance: ml.m5.xlarge}
inputs:
  train: {from: ./data, mode: file, data: {size: 4 MB, objects: 16}}
checkpoint: {to: s3://bench/checkpoints/}
metrics: {loss: 'loss=([0-9.]+)'}
output: s3://bench/
limits: {runtime: 5m}
"""
SCRIPT = """
import os, pathlib, sys
folder = pathlib.Path(os.environ.get("SM_CHANNEL_TRAIN", sys.argv[-1]))
total = sum(len(file.read_bytes()) for file in sorted(folder.iterdir()))
for step in range(100):
    print(f"step={step} loss={1 / (step + 1):.4f}", flush=True)
print(total)
"""

Spent = tuple[float, float]  # wall and CPU seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    return report(spent_in(parser.parse_args().rounds))


def promises(quick: bool) -> Iterator[Promise]:
    spent = spent_in(3 if quick else 9)
    what = "a local run beyond its script and planning, wall"
    script = statistics.median(wall for wall, _ in spent["script"])
    yield Promise(what, beyond(spent), PROMISE_SECONDS, "s", False, "the script alone", script)


def spent_in(rounds: int) -> dict[str, list[Spent]]:
    with tempfile.TemporaryDirectory(prefix="awsml-bench-") as folder:
        commands = prepared(Path(folder))
        spent: dict[str, list[Spent]] = {name: [] for name in commands}
        for command in commands.values():
            timed(command, folder)  # warm: caches, the isolation probe, bytecode
        for _ in range(rounds):
            for name, command in commands.items():
                spent[name].append(timed(command, folder))
    return spent


def beyond(spent: dict[str, list[Spent]]) -> float:
    """Wall seconds of a run without its script and its plan, in pairs of one round."""
    rounds = zip(spent["run"], spent["plan"], spent["script"], strict=True)
    return statistics.median(run[0] - plan[0] - script[0] for run, plan, script in rounds)


def prepared(folder: Path) -> dict[str, Sequence[str]]:
    (folder / "bench.yaml").write_text(SCENARIO)
    (folder / "src").mkdir()
    (folder / "src" / "train.py").write_text(SCRIPT)
    (folder / "data").mkdir()
    for number in range(16):
        (folder / "data" / f"{number:02}.bin").write_bytes(os.urandom(250_000))
    start = "from awsml.__main__ import main; main()"
    awsml = [sys.executable, "-c", start, "train", "bench.yaml"]
    return {
        "script": [sys.executable, "src/train.py", "data"],
        "plan": [*awsml, "--dry-run"],
        "run": awsml,
    }


def timed(command: Sequence[str], folder: str) -> Spent:
    """One process from start to end, its children's CPU included."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def report(spent: dict[str, list[Spent]]) -> int:
    walls = {name: statistics.median(wall for wall, _ in taken) for name, taken in spent.items()}
    cpus = {name: statistics.median(cpu for _, cpu in taken) for name, taken in spent.items()}
    overhead = beyond(spent)
    figures = {
        "rounds": len(spent["run"]),
        "cpus": os.cpu_count(),
        "wall_seconds": {name: round(value, 3) for name, value in walls.items()},
        "cpu_seconds": {name: round(value, 3) for name, value in cpus.items()},
        "overhead_seconds": round(overhead, 3),
        "promise_seconds": PROMISE_SECONDS,
        "kept": overhead <= PROMISE_SECONDS,
    }
    print(json.dumps(figures, indent=2))
    return 0 if figures["kept"] else 1


if __name__ == "__main__":
    sys.exit(main())
