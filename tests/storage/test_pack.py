"""Packing: nothing is lost, samples stay whole, and work that was cut off goes on."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import tarfile
from pathlib import Path

import pytest
import webdataset

from awsml.errors import AwsmlError
from awsml.storage.pack import run, team
from awsml.storage.pack.run import Order, index_path, pack
from awsml.storage.pack.shards import Shard
from awsml.storage.pack.write import Written
from awsml.storage.recordio import records


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Forty samples of two files each, in two folders."""
    rng = random.Random(1)
    for index in range(40):
        folder = tmp_path / "in" / str(index % 2)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{index:03d}.jpg").write_bytes(rng.randbytes(rng.randrange(3000)))
        (folder / f"{index:03d}.cls").write_text(str(index % 7))
    return tmp_path / "in"


def contents(source: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(source)): path.read_bytes()
        for path in source.rglob("*")
        if path.is_file()
    }


def in_a_team(monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    """Use other processes even for little work, begun in one way or the other."""
    monkeypatch.setattr(run, "_ALONE_SECONDS", 0)
    monkeypatch.setattr(team, "_context", lambda: multiprocessing.get_context(start))


@pytest.mark.parametrize("start", ["alone", "fork", "spawn"])
def test_a_webdataset_holds_every_file_and_whole_samples(
    source: Path, tmp_path: Path, start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if start != "alone":
        in_a_team(monkeypatch, start)
    packed = pack(Order(source, tmp_path / "out", "webdataset", 15_000, workers=2))
    found: dict[str, bytes] = {}
    for shard in packed.shards:
        with tarfile.open(tmp_path / "out" / shard.name) as archive:
            names = archive.getnames()
            assert len(names) % 2 == 0
            assert len({name.rpartition(".")[0] for name in names}) == len(names) // 2
            for member in archive:
                stream = archive.extractfile(member)
                assert stream is not None
                found[member.name] = stream.read()
    assert found == contents(source)
    assert len(packed.shards) > 2


def test_webdataset_reads_what_was_packed(source: Path, tmp_path: Path) -> None:
    packed = pack(Order(source, tmp_path / "out", "webdataset"))
    urls = [str(tmp_path / "out" / shard.name) for shard in packed.shards]
    samples = list(webdataset.WebDataset(urls, shardshuffle=False))
    assert len(samples) == 40
    assert {sample["__key__"]: sample["jpg"] for sample in samples} == {
        name.removesuffix(".jpg"): data
        for name, data in contents(source).items()
        if name.endswith(".jpg")
    }


def test_recordio_has_a_record_a_file_and_an_index_of_them(source: Path, tmp_path: Path) -> None:
    packed = pack(Order(source, tmp_path / "out", "recordio", 20_000))
    found = []
    for shard in packed.shards:
        with (tmp_path / "out" / shard.name).open("rb") as stream:
            found += list(records(stream))
    lines = [json.loads(line) for line in index_path(tmp_path / "out").read_text().splitlines()]
    assert {line["file"]: data for line, data in zip(lines, found, strict=True)} == contents(source)


def test_shards_come_near_their_size_and_the_folder_holds_nothing_else(
    source: Path, tmp_path: Path
) -> None:
    packed = pack(Order(source, tmp_path / "out", "recordio", 10_000))
    assert all(7_000 < shard.bytes < 13_000 for shard in packed.shards[:-1])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        shard.name for shard in packed.shards
    ]


def test_lines_are_joined_with_one_header_and_never_cut(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    rows = [f"{number},{'x' * (number % 50)}" for number in range(20_000)]
    for index in range(4):
        text = "\n".join(["n,x", *rows[index * 5000 : (index + 1) * 5000]])
        (tmp_path / "in" / f"{index}.csv").write_text(text)  # without a last line break
    packed = pack(Order(tmp_path / "in", tmp_path / "out", "shards", 120_000, header=True))
    found = []
    for shard in packed.shards:
        first, *rest = (tmp_path / "out" / shard.name).read_text().splitlines()
        assert first == "n,x"
        found += rest
    assert found == rows


def test_a_large_file_of_lines_is_cut_between_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("awsml.storage.pack.shards.MOST", 60_000)
    (tmp_path / "in").mkdir()
    rows = [f"{number},{'y' * (number % 90)}" for number in range(10_000)]
    (tmp_path / "in/all.csv").write_text("\n".join(["n,y", *rows]) + "\n")
    packed = pack(Order(tmp_path / "in", tmp_path / "out", "shards", 50_000, header=True))
    assert len(packed.shards) > 5
    found = []
    for shard in packed.shards:
        first, *rest = (tmp_path / "out" / shard.name).read_text().splitlines()
        assert first == "n,y"
        found += rest
    assert found == rows


def test_files_of_different_kinds_are_not_joined(source: Path, tmp_path: Path) -> None:
    packed = pack(Order(source, tmp_path / "out", "shards"))
    assert [shard.name for shard in packed.shards] == ["part-00000.cls", "part-00001.jpg"]


def test_packing_goes_on_where_it_was_cut_off(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = Order(source, tmp_path / "out", "webdataset", 15_000, workers=1)
    genuine, written = run._write, []

    def failing(order: Order, shard: Shard) -> Written:
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(shard.name)
        return genuine(order, shard)

    monkeypatch.setattr(run, "_write", failing)
    with pytest.raises(KeyboardInterrupt):
        pack(order)
    (tmp_path / "out" / ".part-00002.tar.99").write_bytes(b"half")
    times = {name: (tmp_path / "out" / name).stat().st_mtime_ns for name in written}
    monkeypatch.setattr(run, "_write", genuine)
    packed = pack(order)
    assert packed.kept == 2
    assert {n: (tmp_path / "out" / n).stat().st_mtime_ns for n in written} == times
    assert len(list((tmp_path / "out").iterdir())) == len(packed.shards)


def test_a_worker_that_is_killed_is_said_and_leaves_no_half_shard(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_a_team(monkeypatch, "fork")
    genuine = run.write_shard

    def killed(root: Path, folder: Path, shard: Shard, form: str, header: bool) -> Written:
        if shard.name == "part-00002.tar":
            (folder / f".{shard.name}.{os.getpid()}").write_bytes(b"half")
            os.kill(os.getpid(), signal.SIGKILL)
        return genuine(root, folder, shard, form, header)

    monkeypatch.setattr(run, "write_shard", killed)
    order = Order(source, tmp_path / "out", "webdataset", 10_000, workers=2)
    with pytest.raises(AwsmlError, match="was killed"):
        pack(order)
    assert list((tmp_path / "out").glob(".*")) == []
    monkeypatch.setattr(run, "write_shard", genuine)
    packed = pack(order)
    assert packed.kept > 0
    assert packed.files == 80


def test_a_folder_that_cannot_be_written_is_said(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Written:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run, "write_shard", full)
    with pytest.raises(AwsmlError, match=r"cannot write .*No space left on device"):
        pack(Order(source, tmp_path / "out", "webdataset"))


def test_a_folder_that_holds_something_else_is_left_alone(source: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine").write_text("x")
    with pytest.raises(AwsmlError, match="holds other files"):
        pack(Order(source, tmp_path / "out", "webdataset"))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]


def test_what_cannot_be_packed_is_said(source: Path, tmp_path: Path) -> None:
    with pytest.raises(AwsmlError, match="lies inside"):
        pack(Order(source, source / "out", "webdataset"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(AwsmlError, match="no files"):
        pack(Order(tmp_path / "empty", tmp_path / "out", "webdataset"))
    with (source / "big.bin").open("wb") as big:
        big.truncate(2**29)
    with pytest.raises(AwsmlError, match="less than 512 MiB"):
        pack(Order(source, tmp_path / "out", "recordio"))


def test_long_and_foreign_names_survive(tmp_path: Path) -> None:
    folder = tmp_path / "in" / ("d" * 120)
    folder.mkdir(parents=True)
    (folder / "ü.txt").write_text("x")
    pack(Order(tmp_path / "in", tmp_path / "out", "webdataset"))
    with tarfile.open(tmp_path / "out/part-00000.tar") as archive:
        assert archive.getnames() == [f"{'d' * 120}/ü.txt"]
