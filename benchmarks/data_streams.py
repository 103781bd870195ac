"""Ways of getting objects into a FIFO, each in a process of its own, and what each one costs."""

from __future__ import annotations

import fcntl
import hashlib
import multiprocessing
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from awsml.storage.channel import Channel, ChannelData
from awsml.storage.client import ClientStore
from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.http import HttpStore
from awsml.storage.objects import Address, Store
from awsml.storage.pipe import PipeChannel
from awsml.storage.places import FolderStore
from awsml.storage.server import Conditions, ObjectServer

MIB = 2**20
BUCKET = "data"
FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Cost:
    """What a process used since it was ready."""

    cpu_seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class Streamed:
    """One way, measured; `exact` says that the bytes were those of the objects."""

    name: str
    bytes: int
    seconds: float
    feeder: Cost
    server: Cost
    reader_cpu_seconds: float
    exact: bool

    @property
    def rate(self) -> float:
        return self.bytes / self.seconds / 1e9


@dataclass(frozen=True)
class Feeding:
    """What a feeder is asked for."""

    folder: ObjectFolder
    port: int
    fifos: Path
    epochs: int


Ready, Wait = Callable[[Any], None], Callable[[], None]
Feed = Callable[[Feeding, Ready, Wait], None]


class Process:
    """A child that gets ready, waits to be told, and says what it cost."""

    def __init__(self, work: Callable[[Ready, Wait], None]) -> None:
        self._ours, theirs = FORK.Pipe()
        self._process = FORK.Process(target=_in_child, args=(work, theirs))
        self._process.start()
        self.said = self._ours.recv()

    def stop(self) -> Cost:
        self._ours.send("stop")
        cost: Cost = self._ours.recv()
        self._process.join()
        return cost


def _in_child(work: Callable[..., None], link: Connection) -> None:
    before = _cpu_seconds()
    costs: list[Cost] = []

    def ready(word: Any) -> None:
        nonlocal before
        before = _cpu_seconds()
        link.send(word)

    def wait() -> None:
        link.recv()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        costs.append(Cost(_cpu_seconds() - before, peak))

    work(ready, wait)
    link.send(costs[0])


def _cpu_seconds() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def server(folder: ObjectFolder, conditions: Conditions | None) -> Process:
    """The object store on loopback; `said` is its port."""

    def work(ready: Ready, wait: Wait) -> None:
        with ObjectServer(folder, conditions=conditions) as running:
            ready(running.port)
            wait()

    return Process(work)


def client_of(port: int) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(max_pool_connections=64),
    )


def by_pipe_channel(store_of: Callable[[Feeding], Store]) -> Feed:
    """awsml's own feeder over one of its stores."""

    def feed(plan: Feeding, ready: Ready, wait: Wait) -> None:
        store = store_of(plan)
        channel = Channel("train", Address(BUCKET))
        pipe = PipeChannel(ChannelData(channel, store), store, plan.fifos, on_failure=_fail)
        pipe.start()
        ready("ready")
        wait()
        pipe.stop()

    return feed


def _fail(error: Exception) -> None:
    raise SystemExit(f"the feeder failed: {error}")


def local_store(plan: Feeding) -> Store:
    return FolderStore(plan.folder)


def http_store(plan: Feeding) -> Store:
    client = client_of(plan.port)

    def sign(bucket: str, key: str) -> str:
        return str(client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": key}))

    return HttpStore(client, sign)


def client_store(plan: Feeding) -> Store:
    return ClientStore(client_of(plan.port))


def by_writer(write: Callable[[Feeding, int], None]) -> Feed:
    """A plain program: for each epoch make the FIFO, wait for its reader, write everything."""

    def feed(plan: Feeding, ready: Ready, wait: Wait) -> None:
        paths = [plan.fifos / f"train_{epoch}" for epoch in range(plan.epochs)]
        for path in paths:
            os.mkfifo(path)
        ready("ready")
        for path in paths:
            fd = os.open(path, os.O_WRONLY)
            fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, MIB)
            write(plan, fd)
            os.close(fd)
        wait()

    return feed


def write_blocks(plan: Feeding, fd: int) -> None:
    """The limit that everything is compared with: one block of memory, again and again."""
    block = os.urandom(MIB)
    for found in FolderStore(plan.folder).objects(BUCKET, ""):
        for _ in range((found.size or 0) // MIB):
            os.write(fd, block)


def write_boto3(plan: Feeding, fd: int) -> None:
    client = client_of(plan.port)
    for found in FolderStore(plan.folder).objects(BUCKET, ""):
        body = client.get_object(Bucket=BUCKET, Key=found.key)["Body"]
        while block := body.read(MIB):
            os.write(fd, block)


def write_s3transfer(plan: Feeding, fd: int) -> None:
    client = client_of(plan.port)
    with os.fdopen(os.dup(fd), "wb", buffering=0) as file:
        for found in FolderStore(plan.folder).objects(BUCKET, ""):
            client.download_fileobj(BUCKET, found.key, _Forward(file))


class _Forward:
    """A file that cannot seek, so that s3transfer writes its parts in order."""

    def __init__(self, file: Any) -> None:
        self.write = file.write


def s5cmd_writer(program: str) -> Callable[[Feeding, int], None]:
    environ = {**os.environ, "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    environ["AWS_REGION"] = "us-east-1"

    def write(plan: Feeding, fd: int) -> None:
        start = [program, "--endpoint-url", f"http://127.0.0.1:{plan.port}", "cat"]
        for found in FolderStore(plan.folder).objects(BUCKET, ""):
            subprocess.run([*start, found.uri], stdout=fd, env=environ, check=True)

    return write


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="awsml-fifos-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def streamed(
    name: str,
    feed: Feed,
    folder: ObjectFolder,
    digest: str,
    *,
    epochs: int = 2,
    conditions: Conditions | None = None,
) -> Streamed:
    """Run one way of feeding: some epochs on the clock, and one more through a digest."""
    with _folder() as fifos:
        serving = server(folder, conditions)
        plan = Feeding(folder, serving.said, fifos, epochs + 1)
        feeding = Process(lambda ready, wait: feed(plan, ready, wait))
        size, cpu, began = 0, time.process_time(), time.perf_counter()
        for epoch in range(epochs):
            size += _discard(fifos / f"train_{epoch}")
        seconds, reader = time.perf_counter() - began, time.process_time() - cpu
        exact = _digest(fifos / f"train_{epochs}") == digest
        feeder, served = feeding.stop(), serving.stop()
    passes = (epochs + 1) / epochs
    return Streamed(
        name,
        size,
        seconds,
        Cost(feeder.cpu_seconds / passes, feeder.peak_bytes),
        Cost(served.cpu_seconds / passes, served.peak_bytes),
        reader,
        exact,
    )


def _discard(fifo: Path) -> int:
    buffer = bytearray(MIB)
    size = 0
    with fifo.open("rb", buffering=0) as stream:
        while count := stream.readinto(buffer):
            size += count
    return size


def _digest(fifo: Path) -> str:
    with fifo.open("rb", buffering=0) as stream:
        return hashlib.file_digest(stream, "blake2b").hexdigest()


def digest_of(folder: ObjectFolder) -> str:
    """What an epoch must come to; reading it also brings the objects into memory."""
    digest = hashlib.blake2b()
    for found in FolderStore(folder).objects(BUCKET, ""):
        with folder.path(BUCKET, found.key).open("rb") as file:
            while block := file.read(MIB):
                digest.update(block)
    return digest.hexdigest()
