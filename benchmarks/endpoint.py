"""What serving costs on this machine, and how many requests a second the generator makes.

`python benchmarks/endpoint.py` measures what a local endpoint adds to its handler, then the same
handler on the same cores behind sagemaker-inference and multi-model-server (an environment of its
own, made in --peer; it takes Java), then the generator against a responder that does nothing.
`--write` puts the tables into docs/benchmarks.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from endpoint_peer import PACKAGES, Peer, leave_on_sigterm, peer_environment, served_by_peer
from promise import Promise

from awsml.backends.local.load.generator import Target, measured
from awsml.backends.local.load.machine import cpu_seconds
from awsml.backends.local.load.point import Load, percentile
from awsml.store.runs import RunStore

DOCS = Path(__file__).parent.parent / "docs" / "benchmarks"
MOST_OVERHEAD_MS = 1.5
LEAST_A_SECOND = 5000.0
SECONDS = 5.0
ROUNDS = 12
PEER = Path(tempfile.gettempdir()) / "awsml-peer"
AT_A_TIME = (1, 4, 16)
BODY = b'"' + b"x" * 9998 + b'"'
AWSML = [sys.executable, "-c", "from awsml.__main__ import main; main()"]
SCENARIO = """\
kind: endpoint
name: echo
model: {{image: {{uri: "example.com/image@sha256:0123"}}, code: {{dir: ., entry: inference.py}}}}
compute: {{instance: ml.m6i.large}}
serving: {{workers: {workers}}}
"""
HANDLER = """\
import json
def model_fn(model_dir): return None
def input_fn(body, content_type): return json.loads(body)
def predict_fn(data, model): return data
def output_fn(prediction, accept): return json.dumps(prediction), "application/json"
"""
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def main() -> int:
    if sys.argv[1:] == ["responder"]:
        asyncio.run(respond())
        return 0
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", type=Path, default=PEER, help="where its environment is kept")
    parser.add_argument("--no-peer", action="store_true", help="leave the comparison out")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    busy = os.getloadavg()[0]
    fast, alone = overhead()
    able, generator = generated()
    print("\n".join((*alone, *generator)), flush=True)
    compared = None if options.no_peer else side_by_side(options.peer, options.rounds)
    table, equal = ["not compared"], True
    if compared:
        equal, told = _verdict(compared, busy)
        table = [*_table(compared), "", told]
    print("\n".join(table))
    if options.write:
        (DOCS / "endpoint.md").write_text(
            _page(alone, table, generator, options.rounds), encoding="utf-8"
        )
    return 0 if fast and able and equal else 1


def promises(quick: bool) -> Iterator[Promise]:
    alone, through = milliseconds()
    what = "what an endpoint adds to its handler at 10 KB, p50"
    yield Promise(what, through - alone, MOST_OVERHEAD_MS, "ms", False, "the handler alone", alone)
    rate, _ = generator_rate()
    what = "requests a second that the generator makes"
    yield Promise(what, rate, LEAST_A_SECOND * 0.99, "", True)
    what = "most requests a second, of multi-model-server's with the same handler"
    # a quick run makes no environment of its own
    compared = side_by_side(PEER, 3 if quick else ROUNDS) if PEER.exists() or not quick else None
    best = [max(one.a_second.values()) for one in compared.values()] if compared else []
    note = "" if best else "it takes Java, and an environment that a whole run makes"
    yield Promise(what, best[0] / best[1] if best else None, 1, "times", True, note=note)


# what serving adds to the handler


def milliseconds() -> tuple[float, float]:
    """The handler called in process, and the same through the endpoint; medians."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), workers=1) as here:
        load = Load(SECONDS, BODY, "application/json", concurrency=1)
        latency = measured(Target.of(here.url), load).latency(0.5)
    assert latency is not None
    return handler_milliseconds(), latency * 1000


def overhead() -> tuple[bool, list[str]]:
    alone, through = milliseconds()
    added = through - alone
    return added <= MOST_OVERHEAD_MS, [
        f"handler called in process, 10 KB, p50: {alone:.3f} ms",
        f"the same through the endpoint, p50: {through:.3f} ms",
        f"added: {added:.3f} ms ({MOST_OVERHEAD_MS} ms allowed)",
    ]


@contextlib.contextmanager
def served(folder: Path, workers: int) -> Iterator[Peer]:
    """The handler behind a local endpoint."""
    leave_on_sigterm()
    (folder / "echo.yaml").write_text(SCENARIO.format(workers=workers), encoding="utf-8")
    (folder / "inference.py").write_text(HANDLER, encoding="utf-8")
    subprocess.run([*AWSML, "endpoint", "deploy"], cwd=folder, check=True, capture_output=True)
    try:
        with RunStore(folder / ".awsml") as store:
            run = store.get("last")
        assert run.owner is not None
        yield Peer(f"{run.figures['url']}/invocations", run.owner.pid)
    finally:
        subprocess.run([*AWSML, "endpoint", "delete"], cwd=folder, check=True, capture_output=True)


def handler_milliseconds() -> float:
    """The same functions called in this process."""
    space: dict[str, object] = {}
    exec(HANDLER, space)
    read, predict, write = (space[name] for name in ("input_fn", "predict_fn", "output_fn"))
    taken = []
    for _ in range(2000):
        began = time.perf_counter()
        write(predict(read(BODY, "application/json"), None), "*/*")  # type: ignore[operator]
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


# the same handler behind another server


@dataclass(frozen=True)
class Served:
    """By how many requests there were at a time: the best of the rounds, because whatever else
    the machine does only takes away; processor time is their median."""

    a_second: Mapping[int, float]
    p50_ms: Mapping[int, float]
    cpu_us: Mapping[int, float]  # processor time of the server for each request


def side_by_side(environment: Path, rounds: int) -> dict[str, Served] | None:
    """Both are up at once and take turns, so that a busy machine is busy for both."""
    if shutil.which("java") is None:
        print("multi-model-server takes Java, and there is none")
        return None
    workers = len(os.sched_getaffinity(0))
    with contextlib.ExitStack() as stack:
        here, there = (Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2))
        peer = served_by_peer(peer_environment(environment), there, HANDLER, workers)
        servers = {
            "awsml": stack.enter_context(served(here, workers)),
            "multi-model-server": stack.enter_context(peer),
        }
        for server in servers.values():
            _point(server, max(AT_A_TIME))  # each worker warm, and what a JVM compiles, compiled
        turns = [
            {(name, many): _point(one, many) for many in AT_A_TIME for name, one in servers.items()}
            for _ in range(rounds)
        ]
    return {name: _over(name, turns) for name in servers}


def _point(server: Peer, at_a_time: int) -> tuple[float, float, float]:
    """Requests a second, p50 in milliseconds, processor microseconds of a request."""
    before = cpu_seconds(server.pid) or 0.0
    load = Load(1.0, BODY, "application/json", concurrency=at_a_time)
    outcome = measured(Target.of(server.url), load)
    spent = (cpu_seconds(server.pid) or 0.0) - before
    if outcome.failed or not outcome.latencies:
        raise SystemExit(f"{server.url} answered badly: {dict(outcome.errors)}")
    p50 = outcome.latency(0.5) or 0.0
    return outcome.throughput, p50 * 1e3, spent / len(outcome.latencies) * 1e6


def _over(name: str, turns: list[dict[tuple[str, int], tuple[float, float, float]]]) -> Served:
    def column(index: int, one: Callable[[list[float]], float]) -> dict[int, float]:
        return {many: one([turn[name, many][index] for turn in turns]) for many in AT_A_TIME}

    return Served(column(0, max), column(1, min), column(2, statistics.median))


def _verdict(compared: Mapping[str, Served], busy: float) -> tuple[bool, str]:
    """Requests a second where nothing else runs; on a busy machine they tell how many threads a
    server has to be scheduled by, so there processor time decides."""
    ours, theirs = compared.values()
    if busy > len(os.sched_getaffinity(0)) / 2:
        share = ours.cpu_us[AT_A_TIME[-1]] / theirs.cpu_us[AT_A_TIME[-1]]
        told = f"{share:.2f} of the other's for a request (at most 1 promised)"
        return share <= 1, f"The machine was busy (load {busy:.1f}): processor time is {told}."
    best = max(ours.a_second.values()) / max(theirs.a_second.values())
    return best >= 1, f"Most requests a second of each: {best:.2f} times (at least 1 promised)."


def _table(compared: Mapping[str, Served]) -> list[str]:
    ours, theirs = compared.values()
    lines = [
        "| at a time | requests a second | ratio | p50, ms | processor time of a request, µs |",
        "| --- | --- | --- | --- | --- |",
    ]
    for many in AT_A_TIME:
        ratio = ours.a_second[many] / theirs.a_second[many]
        lines.append(
            f"| {many} | {ours.a_second[many]:,.0f} : {theirs.a_second[many]:,.0f} | {ratio:.2f} | "
            f"{ours.p50_ms[many]:.2f} : {theirs.p50_ms[many]:.2f} | "
            f"{ours.cpu_us[many]:.0f} : {theirs.cpu_us[many]:.0f} |"
        )
    return lines


# the generator alone


def generated() -> tuple[bool, list[str]]:
    rate, late = generator_rate()
    told = f"p99 of starting late {late * 1000:.2f} ms"
    lines = [f"generator: {rate:.0f} a second of {LEAST_A_SECOND:.0f} asked, {told}"]
    return rate >= LEAST_A_SECOND * 0.99, lines


def generator_rate() -> tuple[float, float]:
    """Answered requests a second at the target, against a responder in a process of its own."""
    command = [sys.executable, __file__, "responder"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as responder:
        assert responder.stdout is not None
        try:
            port = int(responder.stdout.readline())
            load = Load(SECONDS, b"x" * 100, "text/plain", rate=LEAST_A_SECOND)
            outcome = measured(Target.of(f"http://127.0.0.1:{port}/invocations"), load)
        finally:
            responder.kill()
    return outcome.throughput, percentile(sorted(outcome.late), 0.99)


class Null(asyncio.Protocol):
    """Answers every request with two letters."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            size = int(self.buffer[:end].lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if len(self.buffer) < end + 4 + size:
                return
            self.buffer = self.buffer[end + 4 + size :]
            self.transport.write(_ANSWER)


async def respond() -> None:
    server = await asyncio.get_running_loop().create_server(Null, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.sleep(60)


# the page


_PAGE = """\
# Serving, measured

By `python benchmarks/endpoint.py --write` on {cores} CPUs, Python {python}.

## What an endpoint adds to its handler

```text
{alone}
```

## Beside the server of SageMaker's framework containers

The same handler (JSON in, JSON out, 10 KB) behind {packages}
with one worker for each core, and closed loops of 1, 4 and 16 requests. Both are up at once and
take turns; left awsml, right the other. Requests a second and p50 are the best of {rounds} rounds
of a second, because whatever else the machine does only takes away; processor time is the
server's, and the median.

{table}

## The generator

Against a responder in a process of its own that only answers:

```text
{generator}
```
"""


def _page(alone: list[str], table: list[str], generator: list[str], rounds: int) -> str:
    return _PAGE.format(
        rounds=rounds,
        cores=len(os.sched_getaffinity(0)),
        python=platform.python_version(),
        packages=" and ".join(PACKAGES[:2]).replace("==", " "),
        alone="\n".join(alone),
        table="\n".join(table),
        generator="\n".join(generator),
    )


if __name__ == "__main__":
    sys.exit(main())
