"""Every promise of the benchmarks on one page: the target, the figure, and the alternative.

    python benchmarks/promises.py                  all of them, and docs/promises.md
    python benchmarks/promises.py speed checks     some, on the screen only
    python benchmarks/promises.py --quick          less data and fewer rounds, on the screen only
    python benchmarks/promises.py --write FILE     the page, wherever it is wanted

Each benchmark runs in a process of its own, one after the other. One that breaks is reported and
the others go on. Exit status 1 when a promise is not kept or a benchmark breaks.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from promise import Promise, number

PAGE = Path(__file__).parent.parent / "docs" / "promises.md"
LONGEST_SECONDS = 3600

# name: what it is about; each is a module beside this one, with `promises(quick)`
BENCHMARKS = {
    "speed": "The command line",
    "checks": "Checking requests",
    "templates": "Checking templates",
    "conformance": "What checks catch",
    "local_run": "Training here",
    "data_path": "The data path",
    "tuning": "Tuning",
    "endpoint": "Endpoints",
    "batch": "Batch",
    "cluster": "Clusters",
}


@dataclass(frozen=True)
class Part:
    """What one benchmark came to; `broke` holds its last words where it ended early."""

    name: str
    promises: tuple[Promise, ...]
    load: float  # of the machine, when it began
    broke: str = ""

    @property
    def kept(self) -> bool:
        return not self.broke and all(each.kept is not False for each in self.promises)


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    if options.part:
        return _work(options.part, options.quick)
    parts = []
    for name in options.names or BENCHMARKS:
        parts.append(_measured(name, options.quick))
        _say(parts[-1])
    whole = not options.names and not options.quick
    page = options.write or (PAGE if whole else None)
    if page:
        page.write_text(text(parts, options.quick), encoding="utf-8")
        print(f"wrote {page}")
    return 0 if all(part.kept for part in parts) else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", type=Path, metavar="FILE")
    parser.add_argument("--part", choices=BENCHMARKS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark `{unknown[0]}`; there are {', '.join(BENCHMARKS)}")
    return options


def _work(name: str, quick: bool) -> int:
    """In the process of one benchmark: a line of JSON for each promise, as it is measured."""
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a benchmark prints on the way is no row
    for promise in importlib.import_module(name).promises(quick):
        print(json.dumps(asdict(promise)), file=lines, flush=True)
    return 0


def _measured(name: str, quick: bool) -> Part:
    load = os.getloadavg()[0]
    command = [sys.executable, __file__, "--part", name, *(["--quick"] if quick else [])]
    ran = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=LONGEST_SECONDS
    )
    rows = tuple(Promise(**json.loads(line)) for line in ran.stdout.splitlines())
    said = ran.stderr.strip().splitlines()
    broke = (said[-1] if said else f"exit status {ran.returncode}") if ran.returncode else ""
    return Part(name, rows, load, broke)


def _say(part: Part) -> None:
    print(f"{BENCHMARKS[part.name]} (load {part.load:.1f})")
    for promise in part.promises:
        print(f"  {promise}")
    if part.broke:
        print(f"  BROKE: {part.broke}")
    sys.stdout.flush()


def text(parts: Sequence[Part], quick: bool) -> str:
    return "\n".join(_page(parts, "--quick" if quick else "")) + "\n"


def _page(parts: Sequence[Part], how: str) -> Iterator[str]:
    rows = [promise for part in parts for promise in part.promises]
    counts = {word: sum(each.verdict == word for each in rows) for word in _VERDICTS}
    counted = ", ".join(f"{count} {word.lower()}" for word, count in counts.items() if count)
    yield "# Promises, measured"
    yield ""
    yield "<!-- Written by benchmarks/promises.py; do not edit. -->"
    yield ""
    command = f"python benchmarks/promises.py {how}".rstrip()
    yield f"{counted}. By `{command}` on {date.today()}, on {_machine()}."
    yield ""
    yield "CPU is user plus system seconds of whole processes; what else runs on the machine makes"
    yield "wall-clock figures worse, so the load before each benchmark is given. An alternative was"
    yield "measured in the same run and unit, unless it says where it comes from."
    for part in parts:
        yield from _section(part)


_VERDICTS = ("kept", "NOT KEPT", "not measured")


def _section(part: Part) -> Iterator[str]:
    yield ""
    yield f"## {BENCHMARKS[part.name]}"
    yield ""
    yield f"`python benchmarks/{part.name}.py`; load {part.load:.1f} before."
    yield ""
    yield "| promise | target | measured | | alternative |"
    yield "| --- | --- | ---: | --- | --- |"
    for each in part.promises:
        note = f" ({each.note})" if each.note else ""
        figure = number(each.figure, each.unit)
        cells = (each.what + note, each.target, figure, each.verdict, each.alternative)
        yield f"| {' | '.join(cells)} |"
    if part.broke:
        yield ""
        yield f"It broke before its end: {part.broke}"


def _machine() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(file.readline().split()[1]) / 1e6
    processor = f" ({found[1]})" if found else ""
    cores = f"{os.cpu_count()} CPUs{processor}, {memory:.0f} GB of memory"
    return f"{cores}, {platform.system()} {platform.release()}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
