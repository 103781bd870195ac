"""Every example of docs/reading-channels.md runs, and prints what the page says."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from awsml.storage.channel import Channel, ChannelData
from awsml.storage.objects import Address
from awsml.storage.pack.run import Order, pack
from awsml.storage.pipe import PipeChannel
from awsml.storage.places import DirectoryStore

GUIDE = Path(__file__).parents[2] / "docs" / "reading-channels.md"
BLOCK = re.compile(r"```python (\S+)\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)
EXAMPLES = BLOCK.findall(GUIDE.read_text(encoding="utf-8"))


def write_lines(folder: Path) -> None:
    for part in range(3):
        rows = (f"{number},{'abc'[part]}\n" for number in range(part * 100, part * 100 + 100))
        (folder / f"{part}.csv").write_text("".join(rows))


def write_binary(folder: Path) -> None:
    for index, body in enumerate((b"hello", b"", b"x" * 70_000)):
        (folder / str(index)).write_bytes(body)


def write_parquet(folder: Path) -> None:
    for index in range(3):
        file = io.BytesIO()
        pyarrow.parquet.write_table(pyarrow.table({"n": list(range(10))}), file)
        (folder / f"{index}.parquet").write_bytes(file.getvalue())


def write_tars(folder: Path) -> None:
    source = folder.with_name("source")
    source.mkdir()
    for index in range(40):
        (source / f"{index:03d}.jpg").write_bytes(bytes(1000))
        (source / f"{index:03d}.cls").write_text("1")
    packed = pack(Order(source, folder, "webdataset", 16_000))
    assert len(packed.shards) == 3


KINDS: dict[str, tuple[Callable[[Path], None], bool]] = {
    "lines": (write_lines, False),
    "recordio": (write_binary, True),
    "parquet": (write_parquet, True),
    "webdataset": (write_tars, False),
    "webdataset-files": (write_tars, False),
}


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Makes the channel that an example reads: FIFOs, or the folder for files."""
    started = []

    def make(kind: str) -> Path:
        write, wrapped = KINDS[kind]
        data = tmp_path / "data"
        data.mkdir()
        write(data)
        if kind.endswith("-files"):
            return data
        store = DirectoryStore(data)
        described = Channel("train", Address("data"), record_io=wrapped)
        pipe = PipeChannel(
            ChannelData(described, store), store, tmp_path / "input", on_failure=pytest.fail
        )
        pipe.start()
        started.append(pipe)
        return tmp_path / "input" / "train"

    yield make
    for pipe in started:
        pipe.stop()


def test_the_guide_has_examples_of_every_kind() -> None:
    assert {kind for kind, _, _ in EXAMPLES} == set(KINDS)


@pytest.mark.parametrize(
    ("kind", "code", "printed"), EXAMPLES, ids=[f"{i}-{each[0]}" for i, each in enumerate(EXAMPLES)]
)
def test_an_example_prints_what_the_guide_shows(
    kind: str, code: str, printed: str, channel: Callable[[str], Path]
) -> None:
    environ = {**os.environ, "SM_CHANNEL_TRAIN": str(channel(kind))}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    assert done.stdout == printed
