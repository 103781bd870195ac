"""The object store beside nginx, and packing beside tar."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from data_streams import BUCKET, MIB, server

from awsml.storage.embedded.folder import ObjectFolder

PACKING_ROUNDS = 5
SMALL_FILES = 60_000
AWSML = (sys.executable, "-c", "from awsml.__main__ import main; main()")


def get_rates(folder: ObjectFolder, nginx: str | None, work: Path) -> Iterator[tuple[str, float]]:
    """GB/s of whole objects, received and thrown away, on one and on four connections."""
    keys = [found.key for found in folder.keys(BUCKET)]
    serving = server(folder, None)
    for connections in (1, 4):
        yield f"awsml x{connections}", _get_rate(serving.said, f"/{BUCKET}", keys, connections)
    yield "awsml peak MB", serving.stop().peak_bytes / 1e6
    if nginx:
        with _Nginx(nginx, folder.objects(BUCKET), work) as port:
            for connections in (1, 4):
                yield f"nginx x{connections}", _get_rate(port, "", keys, connections)


def _get_rate(port: int, start: str, keys: Sequence[str], connections: int) -> float:
    received = [0] * connections

    def run(number: int) -> None:
        for key in keys[number::connections]:
            received[number] += _get(port, f"{start}/{key}")

    rates = []
    for _ in range(3):
        received[:] = [0] * connections
        threads = [threading.Thread(target=run, args=(n,)) for n in range(connections)]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rates.append(sum(received) / (time.perf_counter() - began) / 1e9)
    return max(rates)


def _get(port: int, path: str) -> int:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        buffer = bytearray(MIB)
        size = 0
        while count := connection.recv_into(buffer, MIB, socket.MSG_TRUNC):
            size += count
        return size


class _Nginx:
    """The same files behind nginx with sendfile and two workers."""

    def __init__(self, program: str, root: Path, work: Path) -> None:
        self._program, self._work = program, work
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        (work / "nginx.conf").write_text(
            f"worker_processes 2; daemon off; user root; pid {work}/nginx.pid; error_log stderr;\n"
            "events {}\n"
            "http { access_log off; sendfile on; sendfile_max_chunk 512k; tcp_nopush on;\n"
            + "".join(f"{kind}_temp_path {work};\n" for kind in ("client_body", "proxy", "fastcgi"))
            + "".join(f"{kind}_temp_path {work};\n" for kind in ("uwsgi", "scgi"))
            + f"server {{ listen 127.0.0.1:{self._port}; root {root}; }} }}\n"
        )

    def __enter__(self) -> int:
        words = [self._program, "-c", str(self._work / "nginx.conf"), "-p", str(self._work)]
        self._process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self._port)).close()
                return self._port
            except ConnectionRefusedError:
                time.sleep(0.05)
        raise SystemExit("nginx does not start")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


def packing(work: Path) -> dict[str, float]:
    """Seconds for many small files, alternating with tar; medians. Each starts on a disk that
    has nothing left to write, or it would pay for what the one before it wrote."""
    source = work / "in"
    block = os.urandom(30_000)
    for index in range(SMALL_FILES):
        folder = source / f"{index // 1000:03d}"
        if index % 1000 == 0:
            folder.mkdir(parents=True)
        (folder / f"{index:06d}.jpg").write_bytes(block[index % 1000 :][: 5000 + index % 10_000])
    taken: dict[str, list[float]] = {"tar": [], "awsml data pack": []}
    for attempt in range(PACKING_ROUNDS):
        words: dict[str, tuple[str | Path, ...]] = {
            "tar": ("tar", "cf", work / f"{attempt}.tar", "-C", source, "."),
            "awsml data pack": (*AWSML, "data", "pack", source, work / f"out{attempt}"),
        }
        for name, command in words.items():
            os.sync()
            began = time.perf_counter()
            _run(*command)
            taken[name].append(time.perf_counter() - began)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def _run(*words: str | Path) -> None:
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
