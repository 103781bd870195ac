"""How long a script waits for its first byte, by input mode and size of the dataset."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from awsml.render.chart import Axis, Chart, Series, svg
from awsml.storage.channel import Channel, ChannelData
from awsml.storage.objects import Address
from awsml.storage.pipe import PipeChannel
from awsml.storage.places import DirectoryStore
from awsml.storage.stage import stage, stage_fastfile

OBJECT_BYTES = 64 * 2**20
MODES = ("File", "FastFile", "Pipe")


@dataclass(frozen=True)
class Start:
    """Seconds from the order to lay out a channel to the first byte that the script reads."""

    mode: str
    bytes: int
    seconds: float


def starts(folder: Path, sizes: Sequence[int]) -> list[Start]:
    """File copies, as AWS downloads; FastFile links a file each, and Pipe streams."""
    measured = []
    for size in sizes:
        source = folder / "source"
        source.mkdir(parents=True)
        count = max(1, round(size / OBJECT_BYTES))
        for index in range(count):
            with (source / f"{index:05d}").open("wb") as file:
                file.truncate(OBJECT_BYTES)  # a hole reads as zeros and takes no disk
        for mode, first_byte in zip(MODES, (_file, _fastfile, _pipe), strict=True):
            seconds = _timed(first_byte, source, folder / "input")
            measured.append(Start(mode, count * OBJECT_BYTES, seconds))
        shutil.rmtree(source)
    return measured


def _timed(first_byte: Callable[[Path, Path], None], source: Path, target: Path) -> float:
    began = time.perf_counter()
    try:
        first_byte(source, target)
        return time.perf_counter() - began
    finally:
        shutil.rmtree(target, ignore_errors=True)


def _data(source: Path) -> tuple[ChannelData, DirectoryStore]:
    store = DirectoryStore(source)
    return ChannelData(Channel("train", Address("data")), store), store


def _file(source: Path, target: Path) -> None:
    stage(*_data(source), target, link=False)
    _read_one(target / "00000")


def _fastfile(source: Path, target: Path) -> None:
    stage_fastfile(*_data(source), target)
    _read_one(target / "00000")


def _pipe(source: Path, target: Path) -> None:
    pipe = PipeChannel(*_data(source), target, on_failure=_fail)
    pipe.start()
    _read_one(target / "train_0")
    pipe.stop()


def _read_one(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        if not file.read(1):
            raise SystemExit(f"{path} is empty")


def _fail(error: Exception) -> None:
    raise SystemExit(f"the feeder failed: {error}")


def plot(measured: Sequence[Start]) -> str:
    """The seconds of each mode over the size, as an SVG file."""
    series = [
        Series(mode, [(s.bytes / 1e9, s.seconds) for s in measured if s.mode == mode])
        for mode in MODES
    ]
    return svg(
        Chart(
            "Time to the first byte by size of the dataset",
            Axis("dataset, GB", zero=True),
            Axis("seconds", log=True),
            series,
            note="File copies everything first; FastFile and Pipe start at once.",
        ),
        alone=True,
    )
