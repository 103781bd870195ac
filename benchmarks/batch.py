"""How fast the local queue drives an array, GNU parallel beside it, and shows a large one.

`python benchmarks/batch.py` runs an array of 1,000 children that do nothing, then one of which
each prints a line, and the same commands under GNU parallel on as many cores, in turn. Both run
every child in a shell of its own; awsml also keeps states, attempts, retry rules and logs on disk.
Then `awsml status` of 10,000 jobs. `--write` puts the table into docs/benchmarks.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from promise import Promise, told

from awsml.backends.local.batch.queue import FOLDER, JobQueue
from awsml.store.run import Draft
from awsml.store.runs import RunStore

DOCS = Path(__file__).parent.parent / "docs" / "benchmarks"
CHILDREN = 1000
FEW = 200  # of a quick round
ROUNDS = 3
LISTED = 10_000
LEAST_A_SECOND = 150.0
MOST_SECONDS = 1.0
COMMANDS = {"do nothing": "exit 0", "print a line": "echo hello"}
SCENARIO = """\
kind: batch
name: trivial
image: {{uri: "example.com/image@sha256:0123"}}
compute: {{instances: [c7i]}}
array: {children}
command: [sh, -c, "{command}"]
"""
AWSML = [sys.executable, "-c", "from awsml.__main__ import main; main()"]


@dataclass(frozen=True)
class Took:
    """One command from its start to its end, with all that it started."""

    seconds: float
    cpu_seconds: float
    driving: float  # from the first start of a child to the last end, where that is known


@dataclass(frozen=True)
class Compared:
    """The same children by both; `parallel` is empty where it is not installed."""

    what: str
    children: int
    awsml: Sequence[Took]
    parallel: Sequence[Took]

    @property
    def rate(self) -> float:
        return self.children / statistics.median(took.driving for took in self.awsml)

    @property
    def whole_rate(self) -> float:
        return self.children / statistics.median(took.seconds for took in self.awsml)

    @property
    def parallel_rate(self) -> float | None:
        if not self.parallel:
            return None
        return self.children / statistics.median(took.seconds for took in self.parallel)

    @property
    def ratio(self) -> float | None:
        """Whole command against whole command, in the same minute of the same machine."""
        if not self.parallel:
            return None
        pairs = zip(self.awsml, self.parallel, strict=True)
        return statistics.median(theirs.seconds / ours.seconds for ours, theirs in pairs)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    found = [compared(what, CHILDREN, ROUNDS) for what in COMMANDS]
    shown = status_seconds(LISTED, ROUNDS)
    if options.write:
        (DOCS / "batch.md").write_text(report(found, shown), encoding="utf-8")
    return told(_promises(found, shown))


def promises(quick: bool) -> Iterator[Promise]:
    children, rounds = (FEW, 1) if quick else (CHILDREN, ROUNDS)
    found = [compared(what, children, rounds) for what in COMMANDS]
    yield from _promises(found, status_seconds(LISTED, rounds))


def _promises(found: Sequence[Compared], shown: float) -> Iterator[Promise]:
    for each in found:
        yield Promise(
            f"children a second that {each.what}",
            each.rate,
            LEAST_A_SECOND,
            at_least=True,
            beside="GNU parallel",
            other=each.parallel_rate,
            note="" if each.parallel else "GNU parallel is not installed here",
        )
    yield Promise(f"`awsml status` of {LISTED:,} jobs", shown, MOST_SECONDS, "s")


def compared(what: str, children: int, rounds: int) -> Compared:
    """In turn, so that what else the machine does falls on both."""
    program, ours, theirs = shutil.which("parallel"), [], []
    for _ in range(rounds):
        ours.append(array(COMMANDS[what], children))
        if program:
            theirs.append(parallel(program, COMMANDS[what], children))
    return Compared(what, children, ours, theirs)


def array(command: str, children: int) -> Took:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = SCENARIO.format(children=children, command=command)
        (folder / "job.yaml").write_text(text, encoding="utf-8")
        took = timed([*AWSML, "batch", "submit"], cwd=folder)
        with RunStore(folder / ".awsml") as store:
            run = store.get("last")
    assert run.figures["jobs"]["SUCCEEDED"] == children
    assert run.started is not None and run.ended is not None
    return Took(took.seconds, took.cpu_seconds, run.ended - run.started)


def parallel(program: str, command: str, children: int) -> Took:
    jobs = "\n".join(str(number) for number in range(children))
    return timed([program, "-j", str(os.cpu_count()), f"sh -c '{command}' #"], given=jobs)


def timed(command: Sequence[str], *, cwd: Path | None = None, given: str = "") -> Took:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(command, cwd=cwd, input=given, text=True, check=True, capture_output=True)
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(seconds, cpu, seconds)


def status_seconds(jobs: int, rounds: int) -> float:
    """The whole command, starting Python included; the middle one of several."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with RunStore(folder / ".awsml") as store:
            run = store.create(Draft("batch", "large", "local"))
            queue = JobQueue(store.folder_of(run.id) / FOLDER)
        queue.add(((f"job:{n}", "job", n) for n in range(jobs)), "SUCCEEDED")
        queue.close()
        command = [*AWSML, "status", run.id]
        return statistics.median(timed(command, cwd=folder).seconds for _ in range(rounds))


def report(found: Sequence[Compared], shown: float) -> str:
    rows = [_row(each) for each in found]
    beside = "" if found[0].parallel else "GNU parallel was not installed.\n\n"
    return f"""# Batch on this machine

`python benchmarks/batch.py --write`, on {os.cpu_count()} cores ({platform.machine()}, Python
{platform.python_version()}): arrays of {CHILDREN:,} children, the middle of {ROUNDS} rounds, awsml
and GNU parallel in turn on the same machine. Ratios and CPU hold on a busy machine too; rates are
lower there. Both start a shell for each child; awsml also keeps the state, the attempts and the log
of every child on disk, and applies retry rules.

{beside}{_TABLE}
{chr(10).join(rows)}

Promised: at least {LEAST_A_SECOND:.0f} children a second on two cores. The whole command counts
starting awsml and planning too, and is what the ratio is of.

`awsml status` of {LISTED:,} jobs: {shown:.2f} s with starting Python; at most {MOST_SECONDS:.0f} s
is promised.
"""


_TABLE = """\
| children that | awsml | whole command | GNU parallel | faster by | CPU a child | GNU parallel |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |"""


def _row(each: Compared) -> str:
    cpu = f"{_cpu_ms(each.awsml, each.children):.1f} ms"
    if each.parallel_rate is None or each.ratio is None:
        return f"| {each.what} | {each.rate:.0f}/s | {each.whole_rate:.0f}/s | - | - | {cpu} | - |"
    theirs = f"{_cpu_ms(each.parallel, each.children):.1f} ms"
    return (
        f"| {each.what} | {each.rate:.0f}/s | {each.whole_rate:.0f}/s "
        f"| {each.parallel_rate:.0f}/s | {each.ratio:.1f} times | {cpu} | {theirs} |"
    )


def _cpu_ms(rounds: Sequence[Took], children: int) -> float:
    return statistics.median(took.cpu_seconds for took in rounds) / children * 1000


if __name__ == "__main__":
    sys.exit(main())
