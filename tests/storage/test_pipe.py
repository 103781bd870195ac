"""Pipe mode through real FIFOs: epochs, frames, and readers that do not behave."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import select
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from awsml.errors import AwsmlError
from awsml.storage.channel import Channel, ChannelData, Host
from awsml.storage.client import ClientStore
from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.errors import DataError
from awsml.storage.http import HttpStore
from awsml.storage.objects import Address, Store
from awsml.storage.pipe import PipeChannel
from awsml.storage.places import FolderStore
from awsml.storage.recordio import LIMIT, header, records
from awsml.storage.server import Conditions, Fault, ObjectServer
from tests.storage.conftest import client_of

TRAIN = Channel("train", Address("data", "train/"))
SIZES = (1, 0, 5000, 3 * 2**20 + 1, 9 * 2**20, 64)
BODIES = [random.Random(size).randbytes(size) for size in SIZES]


@pytest.fixture
def filled(folder: ObjectFolder) -> ObjectFolder:
    for index, body in enumerate(BODIES):
        folder.put("data", f"train/{index}", body)
    return folder


class Pipes:
    """Starts channels and keeps what they tell."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.failures: list[AwsmlError] = []
        self.failed = threading.Event()
        self.notes: list[str] = []
        self.started: list[PipeChannel] = []

    def start(self, channel: Channel, store: Store, host: Host | None = None) -> PipeChannel:
        pipe = PipeChannel(
            ChannelData(channel, store, host),
            store,
            self.folder,
            on_failure=self._fail,
            on_note=self.notes.append,
        )
        self.started.append(pipe)
        pipe.start()
        return pipe

    def read(self, epoch: int, name: str = "train") -> bytes:
        return (self.folder / f"{name}_{epoch}").read_bytes()

    def _fail(self, error: AwsmlError) -> None:
        self.failures.append(error)
        self.failed.set()


@pytest.fixture
def pipes(tmp_path: Path) -> Iterator[Pipes]:
    """Afterwards no thread and no FIFO may be left, whatever the test did."""
    before = set(threading.enumerate())
    made = Pipes(tmp_path / "channels")
    yield made
    for pipe in made.started:
        pipe.stop()
    left = {t for t in threading.enumerate() if t.name.startswith(("pipe-", "ahead-"))} - before
    assert left == set()
    assert not made.folder.exists() or list(made.folder.iterdir()) == []


@pytest.fixture(params=["local", "client", "http"])
def store(
    request: Any, filled: ObjectFolder, serve: Callable[..., ObjectServer]
) -> Iterator[Store]:
    if request.param == "local":
        yield FolderStore(filled)
    else:
        yield REMOTE[request.param](serve())


def by_client(server: ObjectServer) -> ClientStore:
    return ClientStore(client_of(server, attempts=1), (ClientError, BotoCoreError), lambda _: None)


def by_http(server: ObjectServer) -> HttpStore:
    client = client_of(server, attempts=1)

    def sign(bucket: str, key: str) -> str:
        return str(client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": key}))

    return HttpStore(client, sign, (ClientError, BotoCoreError), lambda _: None)


REMOTE = {"client": by_client, "http": by_http}
both = pytest.mark.parametrize("remote", REMOTE.values(), ids=REMOTE.keys())
Remote = Callable[[ObjectServer], Store]


def test_every_epoch_is_all_objects_in_order_and_then_the_end(pipes: Pipes, store: Store) -> None:
    pipe = pipes.start(TRAIN, store)
    for epoch in range(3):
        assert pipes.read(epoch) == b"".join(BODIES)
    assert pipe.progress.completed == 3
    assert pipe.progress.bytes == 3 * sum(map(len, BODIES))
    assert pipes.failures == []


def test_the_next_fifo_exists_while_the_last_is_open(pipes: Pipes, filled: ObjectFolder) -> None:
    pipes.start(TRAIN, FolderStore(filled))
    assert (pipes.folder / "train_0").is_fifo()
    with (pipes.folder / "train_0").open("rb") as stream:
        stream.read(1)
        assert (pipes.folder / "train_1").is_fifo()
        stream.read()
    assert (pipes.folder / "train_1").is_fifo()


def test_recordio_wraps_each_object_in_one_record(pipes: Pipes, store: Store) -> None:
    pipes.start(replace(TRAIN, record_io=True), store)
    for epoch in range(2):
        with (pipes.folder / f"train_{epoch}").open("rb") as stream:
            assert list(records(stream)) == BODIES


@pytest.mark.parametrize("record_io", [False, True])
def test_gzip_objects_arrive_unpacked(pipes: Pipes, filled: ObjectFolder, record_io: bool) -> None:
    packed = [gzip.compress(body, 1) for body in BODIES]
    packed[1] = b""  # such as the _SUCCESS of Spark
    packed[2] = gzip.compress(BODIES[2][:100]) + gzip.compress(BODIES[2][100:])
    for index, body in enumerate(packed):
        filled.put("data", f"train/{index}", body)
    pipes.start(replace(TRAIN, gzip=True, record_io=record_io), FolderStore(filled))
    with (pipes.folder / "train_0").open("rb") as stream:
        if record_io:
            assert list(records(stream)) == BODIES
        else:
            assert stream.read() == b"".join(BODIES)


def test_an_augmented_manifest_alternates_values_and_objects(
    pipes: Pipes, filled: ObjectFolder, store: Store
) -> None:
    lines = [json.dumps({"x-ref": f"s3://data/train/{i}", "y": i}) for i in (5, 0, 2)]
    filled.put("data", "m.jsonl", "\n".join(lines).encode())
    channel = Channel(
        "train", Address("data", "m.jsonl"), "AugmentedManifestFile", ("x-ref", "y"), record_io=True
    )
    pipes.start(channel, store)
    with (pipes.folder / "train_0").open("rb") as stream:
        expected = [BODIES[5], b"5", BODIES[0], b"0", BODIES[2], b"2"]
        assert list(records(stream)) == expected


def test_shuffled_shards_of_two_hosts_make_the_whole(tmp_path: Path, filled: ObjectFolder) -> None:
    channel = replace(TRAIN, sharded=True, seed=1, record_io=True)
    hosts = [Pipes(tmp_path / f"algo-{index}") for index in (0, 1)]
    for index, host in enumerate(hosts):
        host.start(channel, FolderStore(filled), Host(index, 2))
    for epoch in range(2):
        seen = []
        for host in hosts:
            with (host.folder / f"train_{epoch}").open("rb") as stream:
                seen += [hashlib.md5(record).digest() for record in records(stream)]
        assert sorted(seen) == sorted(hashlib.md5(body).digest() for body in BODIES)
    for host in hosts:
        host.started[0].stop()


def test_a_reader_that_closes_early_gets_the_next_epoch_from_its_start(
    pipes: Pipes, store: Store
) -> None:
    pipe = pipes.start(TRAIN, store)
    with (pipes.folder / "train_0").open("rb", buffering=0) as stream:
        assert stream.read(1) == BODIES[0]
    assert pipes.read(1) == b"".join(BODIES)
    assert pipe.progress.abandoned == 1
    assert "closed train_0 before its end" in pipes.notes[0]
    assert not (pipes.folder / "train_0").exists()


def test_a_channel_that_nobody_opens_stops_at_once(pipes: Pipes, store: Store) -> None:
    pipe = pipes.start(TRAIN, store)
    began = time.monotonic()
    pipe.stop()
    assert time.monotonic() - began < 1
    assert pipe.progress.begun == 0


def test_a_reader_that_stalls_does_not_keep_the_channel_from_stopping(
    pipes: Pipes, store: Store
) -> None:
    pipe = pipes.start(TRAIN, store)
    fd = os.open(pipes.folder / "train_0", os.O_RDONLY)
    os.read(fd, 1)
    time.sleep(0.1)
    began = time.monotonic()
    pipe.stop()
    assert time.monotonic() - began < 2
    os.close(fd)


def test_two_readers_of_one_fifo_share_its_bytes_and_the_next_is_whole(
    pipes: Pipes, filled: ObjectFolder
) -> None:
    pipes.start(TRAIN, FolderStore(filled))
    ends = [os.open(pipes.folder / "train_0", os.O_RDONLY | os.O_NONBLOCK) for _ in range(2)]
    seen: list[bytes] = []
    first = select.poll()
    first.register(ends[0], select.POLLIN)
    assert first.poll(10_000)  # a read before anybody writes would be told of an end

    def read(end: int) -> None:
        os.set_blocking(end, True)
        with os.fdopen(end, "rb") as stream:
            seen.append(stream.read())

    readers = [threading.Thread(target=read, args=(end,)) for end in ends]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(10)
    assert sum(map(len, seen)) == sum(map(len, BODIES))
    assert pipes.read(1) == b"".join(BODIES)


def test_a_reader_that_pauses_gets_every_byte(pipes: Pipes, store: Store) -> None:
    pipes.start(TRAIN, store)
    with (pipes.folder / "train_0").open("rb") as stream:
        first = stream.read(2**21)
        time.sleep(0.3)
        assert first + stream.read() == b"".join(BODIES)


def test_an_epoch_that_was_read_cannot_be_opened_again(pipes: Pipes, filled: ObjectFolder) -> None:
    pipes.start(TRAIN, FolderStore(filled))
    pipes.read(0)
    pipes.read(1)
    with pytest.raises(FileNotFoundError):
        pipes.read(0)


def unread_failure(pipes: Pipes) -> str:
    """What the feeder says while a reader is left waiting: never an end of file."""
    seen: list[bytes] = []
    path = pipes.folder / "train_0"

    def read() -> None:
        seen.append(path.read_bytes())

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    assert pipes.failed.wait(20)
    assert seen == []
    pipes.started[0].stop()
    reader.join(5)
    return pipes.failures[0].message


def test_an_object_that_vanishes_is_a_failure_and_no_short_epoch(
    pipes: Pipes, filled: ObjectFolder, store: Store
) -> None:
    data = ChannelData(TRAIN, store)
    assert len(list(data.files())) == len(BODIES)
    pipe = PipeChannel(data, store, pipes.folder, on_failure=pipes._fail)
    pipes.started.append(pipe)
    pipe.start()
    filled.delete("data", "train/4")
    assert "train/4" in unread_failure(pipes)


def test_a_file_that_changes_under_way_is_a_failure(pipes: Pipes, filled: ObjectFolder) -> None:
    pipes.start(TRAIN, FolderStore(filled))
    with (pipes.folder / "train_0").open("rb") as stream:
        stream.read(5 * 2**20)  # the feeder is in the middle of train/4 now
        path = filled.path("data", "train/4")
        os.truncate(path, 2**20)
        threading.Thread(target=stream.read, daemon=True).start()
        assert pipes.failed.wait(10)
        assert "train/4 changed while it was being read" in pipes.failures[0].message
        pipes.started[0].stop()


@both
def test_a_remote_object_that_changes_is_a_failure(
    pipes: Pipes, filled: ObjectFolder, serve: Callable[..., ObjectServer], remote: Remote
) -> None:
    store = remote(serve())
    data = ChannelData(TRAIN, store)
    assert len(list(data.files())) == len(BODIES)
    filled.put("data", "train/3", b"new")
    pipe = PipeChannel(data, store, pipes.folder, on_failure=pipes._fail)
    pipes.started.append(pipe)
    pipe.start()
    assert "changed since it was listed" in unread_failure(pipes)


@both
def test_throttling_and_resets_are_waited_out(
    pipes: Pipes, filled: ObjectFolder, serve: Callable[..., ObjectServer], remote: Remote
) -> None:
    faults = (Fault("throttle", times=3), Fault("reset", prefix="train/4", times=3))
    store = remote(serve(Conditions(faults=faults)))
    pipes.start(TRAIN, store)
    assert pipes.read(0) == b"".join(BODIES)


@both
def test_a_store_that_stays_broken_is_a_failure(
    pipes: Pipes, filled: ObjectFolder, serve: Callable[..., ObjectServer], remote: Remote
) -> None:
    store = remote(serve(Conditions(faults=(Fault("reset", prefix="train/3", times=99),))))
    pipes.start(TRAIN, store)
    assert "cannot read s3://data/train/3" in unread_failure(pipes)


def test_an_endpoint_that_ignores_ranges_is_refused(
    pipes: Pipes, filled: ObjectFolder, serve: Callable[..., ObjectServer], tmp_path: Path
) -> None:
    """Its whole object, taken for a range, would be other bytes than asked for."""
    (tmp_path / "www").mkdir()
    (tmp_path / "www/5").write_bytes(BODIES[5])
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "www"))
    with HTTPServer(("127.0.0.1", 0), handler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        client = client_of(serve())
        store = HttpStore(client, lambda _, __: f"http://127.0.0.1:{other.server_port}/5")
        pipes.start(replace(TRAIN, source=Address("data", "train/5")), store)
        assert "ignores ranges" in unread_failure(pipes)
        other.shutdown()


def test_an_object_of_512_mib_is_refused_in_recordio(pipes: Pipes, folder: ObjectFolder) -> None:
    assert len(header(LIMIT - 1)) == 8
    with pytest.raises(DataError, match="less than 512 MiB"):
        header(LIMIT)
    path = folder.put("data", "train/big", b"").path
    os.truncate(path, LIMIT)
    pipes.start(replace(TRAIN, record_io=True), FolderStore(folder))
    assert "less than 512 MiB" in unread_failure(pipes)


def test_what_is_not_gzip_is_a_failure(pipes: Pipes, filled: ObjectFolder) -> None:
    plain = replace(TRAIN, source=Address("data", "train/2"), gzip=True)
    pipes.start(plain, FolderStore(filled))
    assert "s3://data/train/2 is not gzip" in unread_failure(pipes)


def test_truncated_gzip_is_a_failure(pipes: Pipes, folder: ObjectFolder) -> None:
    folder.put("data", "train/0", gzip.compress(BODIES[2])[:-4])
    pipes.start(replace(TRAIN, gzip=True), FolderStore(folder))
    assert "ends in the middle" in unread_failure(pipes)


def test_a_channel_without_objects_is_refused_before_anything_starts(
    pipes: Pipes, filled: ObjectFolder
) -> None:
    with pytest.raises(DataError, match="no object has the prefix"):
        pipes.start(replace(TRAIN, source=Address("data", "none/")), FolderStore(filled))
    assert not pipes.folder.exists()


def test_a_folder_that_holds_the_fifo_already_is_refused(
    pipes: Pipes, filled: ObjectFolder
) -> None:
    pipes.folder.mkdir()
    (pipes.folder / "train_0").write_text("left over")
    with pytest.raises(DataError, match="exists already"):
        pipes.start(TRAIN, FolderStore(filled))
    (pipes.folder / "train_0").unlink()
