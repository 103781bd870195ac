"""What a search on this machine costs: trials kept, trials alive, and time beyond the script."""

from __future__ import annotations

import os
import resource
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from awsml.cli.main import run as awsml
from awsml.store.runs import RunStore

SCENARIO = """
kind: tuning
name: bench
region: us-east-1
role: arn:aws:iam::111122223333:role/sm
training:
  code: {{dir: ./src, entry: train.py}}
  image: {{framework: pytorch, version: "2.10"}}
  compute: {{instance: ml.m5.xlarge}}
  workload: {{compute: 1m}}
  metrics: {{loss: 'loss=([0-9.]+)'}}
  limits: {{runtime: 5m}}
objective: {{metric: loss, goal: minimize}}
strategy: random
budget: {{trials: {trials}, parallel: {at_once}}}
parameters: {{lr: {{low: 1e-5, high: 1}}}}
seed: 1
"""
SCRIPT = """
import sys, time
began = time.monotonic()
value = float(sys.argv[sys.argv.index("--lr") + 1])
time.sleep({seconds})
print(f"loss={{value:.6f}}", flush=True)
with open({clock!r}, "a") as file:
    file.write(f"{{began}} {{time.monotonic()}}\\n")
"""


@dataclass(frozen=True)
class Here:
    """One search on this machine; `alive` is counted by the trials' own clocks."""

    trials: int
    ran: int
    kept: int
    completed: int
    alive: int
    wall: float
    beyond: float
    cpu: float  # processor seconds a trial, its script's own included
    load: float  # of the machine, before it began

    @property
    def lost(self) -> int:
        return self.trials - min(self.ran, self.kept, self.completed)


def searched_here(trials: int, at_once: int) -> Here:
    """Trials that sleep for a tenth of a second, through the command line."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="awsml-bench-") as folder:
        project, clock = Path(folder), Path(folder) / "clock"
        (project / "src").mkdir()
        text = SCRIPT.format(seconds=0.1, clock=str(clock))
        (project / "src" / "train.py").write_text(text)
        (project / "tune.yaml").write_text(SCENARIO.format(trials=trials, at_once=at_once))
        began, before = time.monotonic(), _processor_seconds()
        out = f"json={folder}/out.json"
        awsml(["--project", folder, "hpo", str(project / "tune.yaml"), "-o", out])
        wall, cpu = time.monotonic() - began, _processor_seconds() - before
        spans = [tuple(map(float, line.split())) for line in clock.read_text().splitlines()]
        with RunStore(project / ".awsml") as store:
            found = store.get("last")
            kept, completed = len(store.children(found.id)), found.figures["completed"]
    alive = max(sum(a <= start < b for a, b in spans) for start, _ in spans)
    beyond = wall / trials - statistics.fmean(b - a for a, b in spans)
    return Here(trials, len(spans), kept, completed, alive, wall, beyond, cpu / trials, load)


def _processor_seconds() -> float:
    """Of this process and of all that ended below it."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def alone_here() -> Here:
    """One trial at a time: the middle one of three searches."""
    return sorted((searched_here(20, 1) for _ in range(3)), key=lambda each: each.beyond)[1]
