"""What the command line costs, against its limits: CPU time, peak memory, size on disk.

    python benchmarks/speed.py             medians of five runs; exit status 1 above a limit
    python benchmarks/speed.py --runs 9

CPU time is user plus system of a process of its own. Every process finds its bytecode written, as
pip writes it when it installs, whatever PYTHONDONTWRITEBYTECODE says here. The scenarios are the
training starter's, under names of their own.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from promise import Promise, told

STARTER = Path(__file__).parent.parent / "templates" / "starters" / "training"
PACKAGE = Path(__file__).parent.parent / "awsml"
AWSML = (sys.executable, "-c", "from awsml.__main__ import main; main()")
CLICK = (sys.executable, "-c", "import click")
BOTO3 = (sys.executable, "-c", "import boto3")
SDK = (sys.executable, "-c", "from sagemaker.train import ModelTrainer")
_WANTED = "--gpus 8 --gpu-memory 24GB --network 100Gbps --for endpoint --region us-east-1"
FIND = (*AWSML, "catalog", "find", *_WANTED.split())
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    cpu_seconds: float
    peak_kib: float


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    return told(measured(parser.parse_args(arguments).runs))


def promises(quick: bool) -> Iterator[Promise]:
    return measured(3 if quick else 7)


def measured(runs: int) -> Iterator[Promise]:
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as bytecode:
        ENVIRONMENT["PYTHONPYCACHEPREFIX"] = bytecode
        yield from commands(Path(name), runs)
        yield Promise("base install on disk", install_bytes() / 1e6, 150, "MB")


def commands(folder: Path, runs: int) -> Iterator[Promise]:
    """Commands that are compared run in turn, so that both meet the same machine."""
    click, shown, boto3 = (
        each.cpu_seconds for each in medians([CLICK, (*AWSML, "--help"), BOTO3], folder, runs)
    )
    times = "times `import click`"
    beside = ("import boto3", boto3 / click)
    yield Promise("`awsml --help`, CPU", shown / click, 1.5, times, False, *beside)
    one, hundred, thousand = (scenarios(folder / str(n), n) for n in (1, 100, 1000))
    checks = [(*AWSML, "validate", str(path)) for path in (one, hundred)]
    costs = medians([*checks, (*AWSML, "plan", str(one / "job-0000.yaml"))], folder, runs)
    yield Promise("validate one scenario, CPU", costs[0].cpu_seconds, 0.30, "s")
    yield Promise("plan one scenario, CPU", costs[2].cpu_seconds, 0.40, "s", False, *sdk(folder))
    (most,) = medians([(*AWSML, "validate", str(thousand))], folder, max(runs // 2, 1))
    yield Promise("validate 1,000 scenarios in one call, CPU", most.cpu_seconds, 4.0, "s")
    growth = most.peak_kib / costs[1].peak_kib
    yield Promise("peak memory, 1,000 scenarios to 100", growth, 1.2, "times")
    found, helped = medians([FIND, (*AWSML, "catalog", "find", "--help")], folder, runs)
    beyond = (found.cpu_seconds - helped.cpu_seconds) * 1000
    yield Promise("`awsml catalog find` beyond start-up, CPU", beyond, 50, "ms")


def sdk(folder: Path) -> tuple[str, float | None]:
    """What importing the SageMaker SDK alone costs, where it is installed."""
    if find_spec("sagemaker") is None:
        return "SageMaker SDK: not installed", None
    (alone,) = medians([SDK], folder, 3)
    return "importing the SageMaker SDK's ModelTrainer", alone.cpu_seconds


def scenarios(folder: Path, count: int) -> Path:
    """That many scenarios, each a project of the starter's kind, named apart."""
    shutil.copytree(STARTER, folder, ignore=shutil.ignore_patterns("*.yaml"))
    text = (STARTER / "training.yaml").read_text(encoding="utf-8")
    for number in range(count):
        named = re.sub(r"^name: .*$", f"name: job-{number}", text, flags=re.MULTILINE)
        (folder / f"job-{number:04}.yaml").write_text(named, encoding="utf-8")
    return folder


def medians(commands: Sequence[Sequence[str]], folder: Path, runs: int) -> list[Cost]:
    """The median cost of each command, run in turn."""
    costs: list[list[Cost]] = [[] for _ in commands]
    for _ in range(runs):
        for taken, command in zip(costs, commands, strict=True):
            taken.append(cost(command, folder))
    return [
        Cost(
            statistics.median(each.cpu_seconds for each in taken),
            statistics.median(each.peak_kib for each in taken),
        )
        for taken in costs
    ]


def cost(command: Sequence[str], folder: Path) -> Cost:
    """Run a command in a folder; a command that fails measures nothing."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss)


def install_bytes() -> int:
    """The package and what it requires without extras, as they lie in this environment."""
    own = sum(path.stat().st_size for path in PACKAGE.rglob("*") if path.is_file())
    return own + sum(map(_bytes_of, _required("awsml", set()) - {"awsml"}))


def _required(name: str, seen: set[str]) -> set[str]:
    """A distribution and all that it requires, by name."""
    try:
        found = distribution(name)
    except PackageNotFoundError:  # for another platform or an older Python
        return seen
    if name not in seen:
        seen.add(name)
        for line in found.requires or ():
            if "extra ==" not in line:
                _required(re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0].lower(), seen)
    return seen


def _bytes_of(name: str) -> int:
    files = (Path(str(file.locate())) for file in distribution(name).files or ())
    return sum(path.stat().st_size for path in files if path.is_file())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
