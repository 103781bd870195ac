"""What a local endpoint adds to a handler, and how many requests a second the generator makes.

python benchmarks/endpoint.py
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from awsml.backends.local.load.generator import Target, measured
from awsml.backends.local.load.point import Load, percentile
from awsml.store.runs import RunStore

MOST_OVERHEAD_MS = 1.5
LEAST_A_SECOND = 5000.0
SECONDS = 5.0
BODY = b'"' + b"x" * 9998 + b'"'
AWSML = [sys.executable, "-c", "from awsml.cli.main import main; main()"]
SCENARIO = """\
kind: endpoint
name: echo
model: {image: {uri: "example.com/image@sha256:0123"}, code: {dir: ., entry: inference.py}}
compute: {instance: ml.m6i.large}
serving: {workers: 1}
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
    with tempfile.TemporaryDirectory() as folder:
        served = endpoint_milliseconds(Path(folder))
    alone = handler_milliseconds()
    overhead = served - alone
    rate, late = generator_rate()
    print(f"handler in process, 10 KB, p50: {alone:.3f} ms")
    print(f"through the endpoint, p50: {served:.3f} ms")
    print(f"overhead: {overhead:.3f} ms (at most {MOST_OVERHEAD_MS} ms)")
    told = f"p99 of starting late {late * 1000:.2f} ms"
    print(f"generator: {rate:.0f} a second (at least {LEAST_A_SECOND:.0f}), {told}")
    return 0 if overhead <= MOST_OVERHEAD_MS and rate >= LEAST_A_SECOND * 0.99 else 1


def endpoint_milliseconds(folder: Path) -> float:
    """One request at a time, 10 KB there and back."""
    (folder / "echo.yaml").write_text(SCENARIO, encoding="utf-8")
    (folder / "inference.py").write_text(HANDLER, encoding="utf-8")
    subprocess.run([*AWSML, "endpoint", "deploy"], cwd=folder, check=True, capture_output=True)
    try:
        with RunStore(folder / ".awsml") as store:
            url = store.get("last").figures["url"]
        load = Load(SECONDS, BODY, "application/json", concurrency=1)
        latency = measured(Target.of(f"{url}/invocations"), load).latency(0.5)
    finally:
        subprocess.run([*AWSML, "endpoint", "delete"], cwd=folder, check=True, capture_output=True)
    assert latency is not None
    return latency * 1000


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


if __name__ == "__main__":
    sys.exit(main())
