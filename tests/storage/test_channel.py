"""What a channel delivers: order, shuffle, shards, manifests, and files in a folder."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from awsml.errors import AwsmlError
from awsml.storage.channel import Channel, ChannelData, Host, Part, Value, relative_name
from awsml.storage.client import ClientStore
from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.errors import DataError, ObjectError
from awsml.storage.objects import Address, Object
from awsml.storage.places import DirectoryStore, FolderStore
from awsml.storage.server import Conditions, Fault, ObjectServer
from awsml.storage.stage import stage, stage_fastfile, whole_folder
from tests.storage.conftest import client_of

TRAIN = Channel("train", Address("data", "train/"))


@pytest.fixture
def filled(folder: ObjectFolder) -> ObjectFolder:
    folder.put("data", "train/", b"")
    for index in range(20):
        folder.put("data", f"train/{index:02d}.bin", bytes([index]) * (index + 1))
    folder.put("data", "train-other/x", b"other")
    return folder


def names(parts: Any) -> list[str]:
    return [part.key if isinstance(part, Object) else part.data.decode() for part in parts]


def test_a_prefix_delivers_its_objects_in_order_without_folder_markers(
    filled: ObjectFolder,
) -> None:
    data = ChannelData(TRAIN, FolderStore(filled))
    assert names(data.epoch(0)) == names(data.epoch(1)) == [f"train/{i:02d}.bin" for i in range(20)]


def test_a_shuffled_channel_has_every_object_once_in_a_new_order_each_epoch(
    filled: ObjectFolder,
) -> None:
    data = ChannelData(replace(TRAIN, seed=7), FolderStore(filled))
    epochs = [names(data.epoch(number)) for number in range(3)]
    assert [sorted(epoch) for epoch in epochs] == [sorted(epochs[0])] * 3
    assert len({tuple(epoch) for epoch in epochs}) == 3
    again = ChannelData(replace(TRAIN, seed=7), FolderStore(filled))
    assert names(again.epoch(2)) == epochs[2]
    other = ChannelData(replace(TRAIN, seed=8), FolderStore(filled))
    assert names(other.epoch(0)) != epochs[0]


@pytest.mark.parametrize("seed", [None, 3])
def test_shards_share_every_object_out_and_reshuffle_between_hosts(
    filled: ObjectFolder, seed: int | None
) -> None:
    channel = replace(TRAIN, sharded=True, seed=seed)
    hosts = [ChannelData(channel, FolderStore(filled), Host(i, 3)) for i in range(3)]
    for epoch in range(2):
        shards = [names(host.epoch(epoch)) for host in hosts]
        assert [len(shard) for shard in shards] == [7, 7, 6]
        assert len({key for shard in shards for key in shard}) == 20
    moved = set(names(hosts[0].epoch(0))) != set(names(hosts[0].epoch(1)))
    assert moved == (seed is not None)


def test_a_manifest_names_its_objects(filled: ObjectFolder) -> None:
    manifest = [{"prefix": "s3://data/train/"}, "03.bin", "01.bin"]
    filled.put("data", "m.json", json.dumps(manifest).encode())
    channel = Channel("train", Address("data", "m.json"), "ManifestFile")
    data = ChannelData(channel, FolderStore(filled))
    assert names(data.epoch(0)) == ["train/03.bin", "train/01.bin"]
    assert [name for name, _ in data.files()] == ["03.bin", "01.bin"]


def test_an_augmented_manifest_delivers_attributes_in_the_order_asked_for(
    filled: ObjectFolder,
) -> None:
    lines = [
        {"image-ref": "s3://data/train/00.bin", "label": 1, "ignored": "x"},
        {"label": "cat", "image-ref": "s3://data/train/01.bin"},
    ]
    filled.put("data", "m.jsonl", "\n".join(json.dumps(line) for line in lines).encode())
    channel = Channel(
        "train", Address("data", "m.jsonl"), "AugmentedManifestFile", ("label", "image-ref")
    )
    parts: list[Part] = list(ChannelData(channel, FolderStore(filled)).epoch(0))
    assert parts == [
        Value(b"1"),
        Object("data", "train/00.bin"),
        Value(b"cat"),
        Object("data", "train/01.bin"),
    ]
    with pytest.raises(DataError, match="needs Pipe"):
        next(ChannelData(channel, FolderStore(filled)).files())


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("ManifestFile", "{}", "starts with"),
        ("ManifestFile", "[", "is not JSON"),
        ("ManifestFile", '[{"prefix": "s3://data/"}, 3]', "string"),
        ("AugmentedManifestFile", "[1]", "JSON object"),
        ("AugmentedManifestFile", '{"other": 1}', "has no `label`"),
        ("Converse", "", "no data is known"),
    ],
)
def test_a_bad_manifest_says_what_is_wrong(
    filled: ObjectFolder, kind: str, text: str, says: str
) -> None:
    filled.put("data", "m", text.encode())
    channel = Channel("train", Address("data", "m"), kind, ("label",))
    with pytest.raises(DataError, match=says):
        list(ChannelData(channel, FolderStore(filled)).epoch(0))


def test_a_prefix_without_objects_is_an_error(filled: ObjectFolder) -> None:
    channel = Channel("train", Address("data", "nothing/"))
    with pytest.raises(DataError, match="no object has the prefix s3://data/nothing/"):
        list(ChannelData(channel, FolderStore(filled)).epoch(0))


def test_the_request_says_what_the_channel_is() -> None:
    params = {
        "ChannelName": "train",
        "CompressionType": "Gzip",
        "RecordWrapperType": "RecordIO",
        "ShuffleConfig": {"Seed": 5},
        "DataSource": {
            "S3DataSource": {
                "S3Uri": "s3://b/p",
                "S3DataType": "S3Prefix",
                "S3DataDistributionType": "ShardedByS3Key",
            }
        },
    }
    assert Channel.from_request(params) == Channel(
        "train", Address("b", "p"), sharded=True, seed=5, gzip=True, record_io=True
    )


@pytest.mark.parametrize(
    ("key", "prefix", "name"),
    [
        ("train/a/b", "train/", "a/b"),
        ("train/a/b", "train", "a/b"),
        ("train-01/a", "train", "train-01/a"),
        ("x/train-01/a", "x/train", "train-01/a"),
        ("x/one.csv", "x/one.csv", "one.csv"),
        ("a/b", "", "a/b"),
    ],
)
def test_files_lie_where_their_keys_say(key: str, prefix: str, name: str) -> None:
    assert relative_name(key, prefix) == name


def test_file_mode_links_local_bytes_and_says_so(filled: ObjectFolder, tmp_path: Path) -> None:
    store = FolderStore(filled)
    staged = stage(ChannelData(TRAIN, store), store, tmp_path / "in")
    assert (staged.files, staged.linked, staged.bytes) == (20, 20, 210)
    assert "linked, not copied" in staged.notes[0]
    assert (tmp_path / "in/02.bin").read_bytes() == b"\2\2\2"
    copied = stage(ChannelData(TRAIN, store), store, tmp_path / "copy", link=False)
    (tmp_path / "copy/02.bin").write_bytes(b"changed")
    assert copied.linked == 0
    assert (tmp_path / "in/02.bin").read_bytes() == b"\2\2\2"


def remote(server: ObjectServer) -> ClientStore:
    return ClientStore(client_of(server, attempts=1), (ClientError, BotoCoreError), lambda _: None)


def test_remote_objects_are_downloaded_through_throttling_and_resets(
    filled: ObjectFolder, serve: Callable[..., ObjectServer], tmp_path: Path
) -> None:
    big = bytes(range(256)) * 2**16 * 2
    filled.put("data", "train/big.bin", big)
    faults = (
        Fault("throttle", times=3),
        Fault("reset", prefix="train/big", times=2),
    )
    store = remote(serve(Conditions(faults=faults)))
    seen: list[tuple[int, int]] = []
    staged = stage_fastfile(
        ChannelData(TRAIN, store), store, tmp_path, lambda files, size: seen.append((files, size))
    )
    assert (staged.files, staged.linked, staged.bytes) == (21, 0, 210 + len(big))
    assert "copied before the start" in staged.notes[0]
    assert (tmp_path / "big.bin").read_bytes() == big
    assert seen[-1] == (21, 210 + len(big))


def test_a_store_that_keeps_failing_leaves_no_half_file(
    filled: ObjectFolder, serve: Callable[..., ObjectServer], tmp_path: Path
) -> None:
    store = remote(serve(Conditions(faults=(Fault("reset", prefix="train/19", times=99),))))
    with pytest.raises(ObjectError, match=r"cannot read s3://data/train/19\.bin"):
        stage(ChannelData(TRAIN, store), store, tmp_path)
    assert not (tmp_path / "19.bin").exists()


def test_an_object_that_changed_since_it_was_listed_is_refused(
    filled: ObjectFolder, serve: Callable[..., ObjectServer], tmp_path: Path
) -> None:
    store = remote(serve())
    data = ChannelData(TRAIN, store)
    assert len(list(data.files())) == 20
    filled.put("data", "train/05.bin", b"new")
    with pytest.raises(ObjectError, match="changed since it was listed"):
        stage(data, store, tmp_path)


@pytest.mark.parametrize("name", ["../up", "a//b", "a/./b", "/etc/passwd"])
def test_a_key_cannot_leave_the_channels_folder(
    folder: ObjectFolder, tmp_path: Path, name: str
) -> None:
    folder.put("data", f"train/{name}", b"x")
    store = FolderStore(folder)
    with pytest.raises(DataError, match="cannot be a file"):
        stage(ChannelData(TRAIN, store), store, tmp_path / "in")
    assert list((tmp_path / "in").rglob("*")) == []


def test_a_key_that_is_file_and_folder_is_refused(folder: ObjectFolder, tmp_path: Path) -> None:
    folder.put("data", "train/a", b"x")
    folder.put("data", "train/a/b", b"x")
    store = FolderStore(folder)
    with pytest.raises(DataError, match="a file and a folder"):
        stage(ChannelData(TRAIN, store), store, tmp_path)


def test_fastfile_wants_a_whole_folder_and_no_manifest(
    filled: ObjectFolder, tmp_path: Path
) -> None:
    store = FolderStore(filled)
    partial = ChannelData(Channel("train", Address("data", "tra")), store)
    with pytest.raises(DataError, match="FastFile needs a whole folder"):
        stage_fastfile(partial, store, tmp_path)
    manifest = ChannelData(Channel("train", Address("data", "m"), "ManifestFile"), store)
    with pytest.raises(DataError, match="takes an S3 prefix"):
        stage_fastfile(manifest, store, tmp_path)


def test_only_a_folder_that_a_channel_shows_whole_can_be_mounted(
    tmp_path: Path, filled: ObjectFolder
) -> None:
    store = DirectoryStore(tmp_path)
    whole = Channel("train", Address("any"))
    assert whole_folder(ChannelData(whole, store), store) == tmp_path
    parts = (
        replace(whole, sharded=True),
        replace(whole, source=Address("any", "a/")),
        replace(whole, data_type="ManifestFile"),
    )
    assert [whole_folder(ChannelData(part, store), store) for part in parts] == [None] * 3
    embedded = FolderStore(filled)
    assert whole_folder(ChannelData(whole, embedded), embedded) is None


def test_staging_again_never_writes_through_a_link(tmp_path: Path, filled: ObjectFolder) -> None:
    store = FolderStore(filled)
    stage(ChannelData(TRAIN, store), store, tmp_path)
    filled.put("data", "train/02.bin", b"new")
    stage(ChannelData(TRAIN, store), store, tmp_path, link=False)
    (tmp_path / "03.bin").write_bytes(b"mine")
    assert (tmp_path / "02.bin").read_bytes() == b"new"
    assert filled.path("data", "train/03.bin").read_bytes() == b"\3" * 4


def test_on_another_file_system_a_link_is_a_symbolic_one(
    tmp_path: Path, filled: ObjectFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refused)
    store = FolderStore(filled)
    staged = stage(ChannelData(TRAIN, store), store, tmp_path)
    assert (staged.linked, (tmp_path / "02.bin").is_symlink()) == (20, True)
    assert (tmp_path / "02.bin").read_bytes() == b"\2\2\2"


def test_a_local_object_that_is_gone_since_it_was_listed_is_said(
    tmp_path: Path, filled: ObjectFolder
) -> None:
    store = FolderStore(filled)
    data = ChannelData(TRAIN, store)
    assert len(list(data.files())) == 20
    filled.delete("data", "train/07.bin")
    with pytest.raises(DataError, match=r"07\.bin is gone"):
        stage(data, store, tmp_path)


def test_a_shard_without_objects_is_said(tmp_path: Path, filled: ObjectFolder) -> None:
    store = FolderStore(filled)
    channel = Channel("train", Address("data", "train/03"), sharded=True)
    staged = stage(ChannelData(channel, store, Host(1, 2)), store, tmp_path)
    assert staged.files == 0
    assert "leaves this host without objects" in staged.notes[0]


def test_a_manifest_in_a_folder_names_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"abc")
    (tmp_path / "m.json").write_text('[{"prefix": "s3://any/"}, "a.bin"]')
    store = DirectoryStore(tmp_path)
    channel = Channel("train", Address("any", "m.json"), "ManifestFile")
    stage(ChannelData(channel, store), store, tmp_path / "out")
    assert (tmp_path / "out/a.bin").read_bytes() == b"abc"
    (tmp_path / "m.json").write_text('[{"prefix": "s3://any/"}, "../../etc/passwd"]')
    with pytest.raises(AwsmlError, match=r"leaves the folder|cannot be a file"):
        stage(ChannelData(channel, store), store, tmp_path / "out")


def test_a_folder_of_files_is_a_store_too(tmp_path: Path) -> None:
    (tmp_path / "in/b").mkdir(parents=True)
    for name in ("b/x", "a", "b-c"):
        (tmp_path / "in" / name).write_text(name)
    (tmp_path / "in/b/loop").symlink_to(tmp_path / "in")
    store = DirectoryStore(tmp_path / "in")
    data = ChannelData(Channel("train", Address("any")), store)
    assert names(data.epoch(0)) == ["a", "b-c", "b/x"]
    staged = stage(data, store, tmp_path / "out")
    assert (staged.files, (tmp_path / "out/b/x").read_text()) == (3, "b/x")
    with pytest.raises(ObjectError, match="leaves the folder"):
        store.find("any", "../secret")
