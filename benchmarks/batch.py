"""How fast the local queue drives an array, GNU parallel beside it, and shows a large one.

python benchmarks/batch.py
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from awsml.backends.local.batch.queue import FOLDER, JobQueue
from awsml.store.run import Draft
from awsml.store.runs import RunStore

CHILDREN = 1000
LISTED = 10_000
LEAST_A_SECOND = 150.0
MOST_SECONDS = 1.0
SCENARIO = f"""\
kind: batch
name: trivial
image: {{uri: "example.com/image@sha256:0123"}}
compute: {{instances: [c7i]}}
array: {CHILDREN}
command: [sh, -c, "exit 0"]
"""
AWSML = [sys.executable, "-c", "from awsml.cli.main import main; main()"]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        rate = array(Path(folder))
        beside = parallel()
        shown = status(Path(folder))
    print(f"{CHILDREN} children: {rate:.0f} a second (at least {LEAST_A_SECOND:.0f})")
    print(f"GNU parallel: {'not installed' if beside is None else f'{beside:.0f} a second'}")
    print(f"status of {LISTED} jobs: {shown:.2f} s (at most {MOST_SECONDS:.0f})")
    return 0 if rate >= LEAST_A_SECOND and shown <= MOST_SECONDS else 1


def array(folder: Path) -> float:
    """Children a second, from the first start to the last end, on all cores."""
    (folder / "job.yaml").write_text(SCENARIO, encoding="utf-8")
    subprocess.run([*AWSML, "batch", "submit"], cwd=folder, check=True, capture_output=True)
    with RunStore(folder / ".awsml") as store:
        run = store.get("last")
    assert run.started is not None and run.ended is not None
    return CHILDREN / (run.ended - run.started)


def parallel() -> float | None:
    program = shutil.which("parallel")
    if program is None:
        return None
    jobs = "\n".join(str(n) for n in range(CHILDREN))
    started = time.perf_counter()
    subprocess.run(
        [program, "-j", str(os.cpu_count()), "sh -c 'exit 0' #"],
        input=jobs,
        text=True,
        check=True,
        capture_output=True,
    )
    return CHILDREN / (time.perf_counter() - started)


def status(folder: Path) -> float:
    """The whole command, starting Python included."""
    with RunStore(folder / ".awsml") as store:
        run = store.create(Draft("batch", "large", "local"))
        queue = JobQueue(store.folder_of(run.id) / FOLDER)
    queue.add(((f"job:{n}", "job", n) for n in range(LISTED)), "SUCCEEDED")
    queue.close()
    started = time.perf_counter()
    subprocess.run([*AWSML, "status", run.id], cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
