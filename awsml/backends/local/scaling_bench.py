"""Measures how training scales on this machine: torchrun with 1, 2, ... processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from awsml.backends.local.machine import usable_cores
from awsml.errors import BackendError
from awsml.resources import TEMPLATES

SCRIPT = TEMPLATES / "cluster" / "scaling_bench.py"
_ANSWER = "awsml-bench "
_PROBE = "import torch, json; print(json.dumps(torch.cuda.device_count()))"


@dataclass(frozen=True, slots=True)
class Bench:
    """What is run: the model's shape, a batch for each process, steps of a repeat, repeats."""

    python: str
    strategies: Sequence[str]
    counts: Sequence[int]
    layers: int
    hidden: int
    heads: int
    vocabulary: int
    sequence: int
    batch: int
    steps: int
    repeats: int
    backend: str
    largest_kilobytes: int
    limit_seconds: float
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Measured:
    """One strategy on one count: each repeat's throughput, bandwidths, and the host's facts."""

    strategy: str
    gpus: int
    throughputs: tuple[float, ...]
    parameters: int
    all_reduce: tuple[Mapping[str, float], ...]
    facts: Mapping[str, Any]


def devices(python: str, environ: Mapping[str, str]) -> int:
    """CUDA devices that this Python's torch sees; without torch there is no bench."""
    ran = subprocess.run(
        [python, "-c", _PROBE],
        capture_output=True,
        text=True,
        timeout=120,
        env=dict(environ),
        check=False,
    )
    if ran.returncode != 0:
        raise BackendError(
            f"{python} has no torch",
            hint="pip install 'awsml[torch]', or name another one with --python",
            slug="torch-missing",
        )
    return int(ran.stdout.split()[-1])


def measure(bench: Bench) -> Iterator[Measured]:
    """Counts in the order given; a process of its own for each."""
    for strategy in bench.strategies:
        for count in bench.counts:
            found = _answer(_ran(bench, strategy, count), count)
            yield Measured(
                strategy,
                count,
                tuple(found["throughputs"]),
                found["parameters"],
                tuple(found["all_reduce"]),
                found["facts"],
            )


def _ran(bench: Bench, strategy: str, count: int) -> str:
    """What torchrun printed; its whole session is ended when it takes too long."""
    process = subprocess.Popen(
        _words(bench, strategy, count),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(bench),
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=bench.limit_seconds)
    except BaseException as stopped:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if isinstance(stopped, subprocess.TimeoutExpired):
            message = f"{count} processes did not end within {bench.limit_seconds:g} s"
            hint = "use a smaller model, or a longer --limit"
            raise BackendError(message, hint=hint, slug="bench-failed") from stopped
        raise
    if process.returncode != 0:
        last = next((line for line in reversed(err.splitlines()) if "Error" in line), "")
        message = f"{count} processes failed with {process.returncode}: {last.strip()}"
        hint = "use a smaller model or batch, or fewer processes"
        raise BackendError(message, hint=hint, slug="bench-failed")
    return out


def _words(bench: Bench, strategy: str, count: int) -> list[str]:
    shape = ("layers", "hidden", "heads", "vocabulary", "sequence", "batch", "steps", "repeats")
    words = [bench.python, "-m", "torch.distributed.run", "--standalone"]
    words += [f"--nproc_per_node={count}", str(SCRIPT), "--strategy", strategy]
    words += ["--backend", bench.backend]
    words += ["--largest-kilobytes", str(bench.largest_kilobytes)]
    return words + [word for name in shape for word in (f"--{name}", str(getattr(bench, name)))]


def _environment(bench: Bench) -> dict[str, str]:
    """The same threads for each process at every count, or more processes would get less."""
    threads = max(1, usable_cores() // max(bench.counts))
    return {**bench.environ, "OMP_NUM_THREADS": bench.environ.get("OMP_NUM_THREADS", str(threads))}


def _answer(out: str, count: int) -> Any:
    line = next((each for each in out.splitlines() if each.startswith(_ANSWER)), None)
    if line is None:
        message = f"{count} processes ended without an answer"
        raise BackendError(message, hint="run it again", slug="bench-failed")
    return json.loads(line.removeprefix(_ANSWER))
