"""Every promise of the benchmarks on one page: the target, the figure, and the alternative.

    python benchmarks/promises.py                  all of them, into docs/promises.md
    python benchmarks/promises.py speed checks     some; the page keeps what it says of the others
    python benchmarks/promises.py --quick          less data and fewer rounds, on the screen only
    python benchmarks/promises.py --write FILE     another page, or that of a quick run

Each benchmark runs in a process of its own, one after the other. One that breaks is reported and
the others go on. Exit status 1 when a promise is not kept or a benchmark breaks.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from promise import Promise
from promise_page import Part, write

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


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    if options.part:
        return _work(options.part, options.quick)
    parts = []
    for name in options.names or BENCHMARKS:
        parts.append(_measured(name, options.quick))
        _say(parts[-1])
    page = options.write or (None if options.quick else PAGE)
    if page:
        write(page, parts, list(BENCHMARKS.values()))
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
    return Part(name, BENCHMARKS[name], rows, load, quick, broke)


def _say(part: Part) -> None:
    print(f"{part.title} (load {part.load:.1f})")
    for promise in part.promises:
        print(f"  {promise}")
    if part.broke:
        print(f"  BROKE: {part.broke}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
