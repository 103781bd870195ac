"""Readers that others wrote take our FIFOs byte for byte: MXNet's and AWS's own."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from awsml.storage.channel import Channel, ChannelData
from awsml.storage.objects import Address
from awsml.storage.pipe import PipeChannel
from awsml.storage.places import DirectoryStore
from awsml.storage.recordio import MAGIC
from tests.storage.foreign import environment, pip

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

EPOCHS = 2
SIZES = (1, 2, 3, 4, 5, 1000, 2**16, 2**20 + 3, 5 * 2**20)

MXNET = """
import hashlib, json, sys
import mxnet
seen = []
for epoch in range(2):
    reader = mxnet.recordio.MXRecordIO(f"{sys.argv[1]}/train_{epoch}", "r")
    found = []
    while (record := reader.read()) is not None:
        found.append(hashlib.md5(record).hexdigest())
    reader.close()
    seen.append(found)
print(json.dumps(seen))
"""

PIPE_MODE_DATASET = """
import hashlib, json, sys
from sagemaker_tensorflow import PipeModeDataset
folder = sys.argv[1]
seen = []
for epoch in range(2):
    dataset = PipeModeDataset(
        "train", record_format=sys.argv[2],
        state_dir=folder + "/state", pipe_dir=folder, config_dir=folder,
    )
    seen.append([hashlib.md5(record.numpy()).hexdigest() for record in dataset])
print(json.dumps(seen))
"""


def install_mxnet(python: Path) -> None:
    pip(python, "mxnet==1.9.1", "numpy==1.23.5")


def install_tensorflow(python: Path) -> None:
    """The wheel names Python 3.10, but its library is bound to TensorFlow only."""
    pip(python, "tensorflow-cpu==2.14.1")
    with tempfile.TemporaryDirectory() as folder:
        download = [python, "-m", "pip", "download", "-q", "--no-deps", "-d", folder]
        wanted = ["--python-version", "310", "--only-binary=:all:", "sagemaker-tensorflow<2.15"]
        subprocess.run([*download, *wanted], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        (packages,) = python.parent.parent.glob("lib/python*/site-packages")
        zipfile.ZipFile(wheel).extractall(packages)


@pytest.fixture
def bodies(tmp_path: Path) -> list[bytes]:
    """Objects of many lengths; one holds the magic number at every place it may stand."""
    rng = random.Random(1)
    made = [rng.randbytes(size) for size in SIZES]
    made.append(b"".join(bytes(n % 5) + MAGIC.to_bytes(4, "little") for n in range(50)))
    return made


@pytest.fixture
def fifos(tmp_path: Path) -> Iterator[Callable[[list[bytes], bool], Path]]:
    started = []

    def make(bodies: list[bytes], record_io: bool) -> Path:
        data = tmp_path / "data"
        data.mkdir()
        for index, body in enumerate(bodies):
            (data / f"{index:03d}").write_bytes(body)
        store = DirectoryStore(data)
        channel = Channel("train", Address("data"), record_io=record_io)
        folder = tmp_path / "input"
        pipe = PipeChannel(ChannelData(channel, store), store, folder, on_failure=pytest.fail)
        pipe.start()
        started.append(pipe)
        (folder / "inputdataconfig.json").write_text('{"train": {"TrainingInputMode": "Pipe"}}')
        return folder

    yield make
    for pipe in started:
        pipe.stop()


def read_by(python: Path, script: str, *words: str | Path) -> list[list[str]]:
    """Digests of the records of each epoch, as the foreign reader saw them."""
    done = subprocess.run(
        [python, "-c", script, *words], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    seen: list[list[str]] = json.loads(done.stdout.splitlines()[-1])
    return seen


def digests(records: list[bytes]) -> list[str]:
    return [hashlib.md5(record).hexdigest() for record in records]


def test_mxnet_reads_our_recordio(
    bodies: list[bytes], fifos: Callable[[list[bytes], bool], Path]
) -> None:
    python = environment("mxnet", install_mxnet)
    assert read_by(python, MXNET, fifos(bodies, True)) == [digests(bodies)] * EPOCHS


def test_pipe_mode_dataset_reads_our_recordio(
    bodies: list[bytes], fifos: Callable[[list[bytes], bool], Path]
) -> None:
    python = environment("tensorflow", install_tensorflow)
    seen = read_by(python, PIPE_MODE_DATASET, fifos(bodies, True), "RecordIO")
    assert seen == [digests(bodies)] * EPOCHS


def test_pipe_mode_dataset_reads_our_lines(fifos: Callable[[list[bytes], bool], Path]) -> None:
    python = environment("tensorflow", install_tensorflow)
    lines = [f"{number},{'x' * (number % 90)}".encode() for number in range(5_000)]
    objects = [b"".join(line + b"\n" for line in lines[n : n + 1000]) for n in range(0, 5000, 1000)]
    seen = read_by(python, PIPE_MODE_DATASET, fifos(objects, False), "TextLine")
    assert seen == [digests(lines)] * EPOCHS
