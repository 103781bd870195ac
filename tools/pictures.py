"""Draws the pictures of the README: real commands on a terminal of their own, and a chart.

    python -m tools.pictures            writes docs/pictures
    python -m tools.pictures --check    fails where a picture that always looks alike is stale

A run's picture shows times of day and seconds; it is drawn anew each time, and never stale.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from awsml.render.chart import svg as chart_svg
from awsml.render.cluster_page import charts
from tools.terminal import Row, Screen, plain, shown, svg, typed

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
MISTAKES = """\
kind: training
name: resnet_50
region: us-east-1
role: arn:aws:iam::111122223333:role/training
code: {dir: ., entry: train.py}
image: {framework: pytorch, version: "2.10"}
compute: {instance: ml.p3.2xlarge, count: 1}
spot: {max_wait: 12h}
inputs:
  train: {from: "s3://acme/imagenet/", mode: pip, data: {size: 54 GB, objects: 500}}
workload: {epochs: 10, samples: 1.2M, samples_per_second: 320}
limits: {runtme: 24h}
output: s3://acme/runs/
"""


@dataclass(frozen=True)
class Terminal:
    """A command, what to prepare for it, and which of its lines are shown."""

    name: str
    title: str
    command: str
    prepare: Callable[[Path], None]
    until: str = ""  # the first line that is left out begins so
    both: bool = False  # stderr as well: what a run tells on its way


def _scenarios(folder: Path) -> None:
    shutil.copytree(ROOT / "scenarios", folder, dirs_exist_ok=True)


def _starter(folder: Path) -> None:
    starter = ROOT / "templates" / "starters" / "training"
    shutil.copytree(starter, folder, dirs_exist_ok=True)


def _mistakes(folder: Path) -> None:
    (folder / "train.py").touch()
    (folder / "training.yaml").write_text(MISTAKES, encoding="utf-8")


TERMINALS = (
    Terminal(
        "validate",
        "awsml validate: mistakes of a scenario, each with its place and a hint",
        "awsml validate training.yaml",
        _mistakes,
    ),
    Terminal(
        "advise",
        "awsml advise: input modes in minutes and dollars",
        "awsml advise pipe-mode.yaml",
        _scenarios,
        until="  - start once",
    ),
    Terminal(
        "train",
        "awsml train: a run on this machine, interrupted as Spot may do it",
        "awsml train --interrupt 0.4s --set hyperparameters.epochs=10",
        _starter,
        until="  model  ",
        both=True,
    ),
)


def drawn(terminal: Terminal) -> str:
    screen = Screen()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        terminal.prepare(folder)
        words = shlex.split(terminal.command)
        screen.feed(shown(words, folder, _environ(), both=terminal.both).decode())
    return svg(terminal.title, [typed(terminal.command), *_kept(screen.rows, terminal.until)])


def _environ() -> dict[str, str]:
    """A person's settings left out, and the facts that were refreshed here."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS", "SAGEMAKER"))}
    return kept | {
        "SAGEMAKER_ROLE": "arn:aws:iam::111122223333:role/training",
        "XDG_DATA_HOME": os.devnull,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}",
    }


def _kept(rows: Sequence[Row], until: str) -> list[Row]:
    kept: list[Row] = []
    for row in rows:
        if until and plain(row).startswith(until):
            break
        kept.append(row)
    while kept and not plain(kept[-1]):
        kept.pop()
    return kept


def scaling() -> str:
    """Throughput against GPUs of the worked cluster, as its page draws it."""
    words = "cluster fit scenarios/gpu-cluster.yaml -o json"
    command = [sys.executable, "-c", "from awsml.__main__ import main; main()", *words.split()]
    ran = subprocess.run(
        command, cwd=ROOT, env=_environ(), check=True, capture_output=True, text=True
    )
    return chart_svg(charts(json.loads(ran.stdout))[0], alone=True) + "\n"


def main(arguments: Sequence[str]) -> int:
    check = "--check" in arguments
    made = {"scaling": scaling}
    made |= {each.name: partial(drawn, each) for each in TERMINALS}
    stale = []
    for name, draw in made.items():
        path = PICTURES / f"{name}.svg"
        if not check:
            PICTURES.mkdir(parents=True, exist_ok=True)
            path.write_text(draw(), encoding="utf-8")
        elif name != "train" and path.read_text(encoding="utf-8") != draw():
            stale.append(path.name)
    print("\n".join(f"docs/pictures/{name} is stale" for name in stale), end="")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
