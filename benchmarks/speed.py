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
from pathlib import Path

STARTER = Path(__file__).parent.parent / "templates" / "starters" / "training"
PACKAGE = Path(__file__).parent.parent / "awsml"
AWSML = (sys.executable, "-c", "from awsml.cli.main import main; main()")
CLICK = (sys.executable, "-c", "import click")
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    value: float
    limit: float
    unit: str

    def __str__(self) -> str:
        verdict = "ok" if self.value <= self.limit else "ABOVE THE LIMIT"
        return f"{self.what:46} {self.value:8.2f} {self.unit:5} limit {self.limit:g}  {verdict}"


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    cpu_seconds: float
    peak_kib: float


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args(arguments).runs
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as bytecode:
        ENVIRONMENT["PYTHONPYCACHEPREFIX"] = bytecode
        figures = list(measured(Path(name), runs))
    print("\n".join(map(str, figures)))
    return 1 if any(figure.value > figure.limit for figure in figures) else 0


def measured(folder: Path, runs: int) -> Iterator[Figure]:
    """Commands that are compared run in turn, so that both meet the same machine."""
    click, shown = medians([CLICK, (*AWSML, "--help")], folder, runs)
    yield Figure("awsml --help, import click", shown.cpu_seconds / click.cpu_seconds, 1.5, "times")
    one, hundred, thousand = (scenarios(folder / str(n), n) for n in (1, 100, 1000))
    commands = [(*AWSML, "validate", str(path)) for path in (one, hundred)]
    costs = medians([*commands, (*AWSML, "plan", str(one / "job-0000.yaml"))], folder, runs)
    yield Figure("validate one scenario, CPU", costs[0].cpu_seconds, 0.30, "s")
    yield Figure("plan one scenario, CPU", costs[2].cpu_seconds, 0.40, "s")
    (most,) = medians([(*AWSML, "validate", str(thousand))], folder, max(runs // 2, 1))
    yield Figure("validate 1,000 scenarios in one call, CPU", most.cpu_seconds, 4.0, "s")
    growth = most.peak_kib / costs[1].peak_kib
    yield Figure("peak memory, 1,000 scenarios to 100", growth, 1.2, "times")
    yield Figure("base install on disk", install_bytes() / 1e6, 150, "MB")


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
