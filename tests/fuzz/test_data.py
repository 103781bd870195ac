"""What a channel reads: manifests, RecordIO, heads of files, archives of code and models."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsml.backends.local.code import put_code
from awsml.storage.channel import Channel, ChannelData
from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.formats import format_of
from awsml.storage.places import FolderStore
from awsml.storage.recordio import header, padding, records
from awsml.storage.stage import stage
from tests.fuzz.profile import fuzzing
from tests.fuzz.reader import FUZZED
from tests.fuzz.texts import as_bytes, mutated, trees

_MANIFESTS = [
    json.dumps([{"prefix": "s3://data/"}, "a", "b/c"]),
    '{"source-ref": "s3://data/a", "class": 1}\n{"source-ref": "s3://data/b/c", "class": "x"}\n',
]
_KEYS = ("prefix", "source-ref", "class")


def _delivered(kind: str, manifest: bytes) -> None:
    """Everything that File lays out, or Pipe would stream."""
    with tempfile.TemporaryDirectory() as name:
        folder = ObjectFolder(Path(name) / "s3")
        folder.create_bucket("data")
        for key in ("a", "b/c"):
            folder.put("data", key, b"x")
        folder.put("data", "m", manifest)
        request = {
            "ChannelName": "train",
            "DataSource": {
                "S3DataSource": {
                    "S3Uri": "s3://data/m",
                    "S3DataType": kind,
                    "AttributeNames": ["source-ref", "class"],
                }
            },
            "ShuffleConfig": {"Seed": 1},
        }
        store = FolderStore(folder)
        data = ChannelData(Channel.from_request(request), store)
        try:
            list(data.epoch(0))
            if kind == "ManifestFile":
                stage(data, store, Path(name) / "tree" / "channel")
        finally:
            data.close()
            inside = {"s3", "tree"}
            assert {path.name for path in Path(name).iterdir()} <= inside


@fuzzing
@given(
    st.sampled_from(["ManifestFile", "AugmentedManifestFile"]),
    st.one_of(
        mutated(_MANIFESTS).map(as_bytes), trees(_KEYS).map(lambda t: json.dumps(t).encode())
    ),
)
def test_a_manifest_is_data_or_an_error(kind: str, manifest: bytes) -> None:
    FUZZED.reads("manifests", lambda: _delivered(kind, manifest), placed=False)


@st.composite
def _damaged(draw: st.DrawFn, originals: list[bytes]) -> bytes:
    data = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        end = at + draw(st.integers(0, 8))
        data[at:end] = draw(st.binary(max_size=8))
    return bytes(data)


_RECORDS = b"".join(header(len(b)) + b + padding(len(b)) for b in (b"one", b"", b"three"))


@fuzzing
@given(_damaged([_RECORDS, header(2**29 - 1) + b"cut"]))
def test_a_stream_of_records_is_records_or_an_error(data: bytes) -> None:
    FUZZED.reads("RecordIO", lambda: list(records(io.BytesIO(data))), placed=False)


@fuzzing
@given(st.text(max_size=20), st.binary(max_size=600))
def test_the_head_of_a_file_has_some_format(name: str, head: bytes) -> None:
    FUZZED.reads("heads of files", lambda: format_of(name, head))


_NAMES = st.sampled_from(
    [
        *(
            "train.py",
            "a/b.py",
            "../up.py",
            "/abs.py",
            "a/../../up",
            ".",
            "",
            "link",
            "link/x",
            "\0",
        ),
        *("x" * 300, "a//b", "é", "\udc80", "dir/", "./train.py", "C:\\x", "link/../../../etc/x"),
    ]
)
_LINKS = st.sampled_from(["train.py", "..", "../..", "/etc", "/etc/passwd", "a/../..", "link", "."])
_KINDS = st.sampled_from(
    [
        *(tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE),
        *(tarfile.FIFOTYPE, b"9"),
    ]
)


_MEMBERS = st.lists(st.tuples(_NAMES, _LINKS, _KINDS), max_size=5)
_DAMAGE = st.lists(st.tuples(st.integers(0, 2000), st.binary(max_size=6)), max_size=3)


def _archive(members: list[tuple[str, str, bytes]], packed: bool, damage: object = ()) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, link, kind in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, link
            member.size = 1 if kind == tarfile.REGTYPE else 0
            tar.addfile(member, io.BytesIO(b"x"))
    data = bytearray(gzip.compress(target.getvalue(), 1) if packed else target.getvalue())
    for at, changed in damage:
        data[at : at + len(changed)] = changed
    return bytes(data)


def _unpacked(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        around = Path(name)
        (around / "archive").write_bytes(data)
        target = around / "deep" / "target"
        target.mkdir(parents=True)
        try:
            put_code(str(around / "archive"), target, ObjectFolder(around / "s3"))
        finally:
            assert {p.name for p in around.iterdir()} == {"archive", "deep"}
            assert [p.name for p in (around / "deep").iterdir()] == ["target"]
            for path in target.rglob("*"):
                assert Path(os.path.realpath(path)).is_relative_to(os.path.realpath(target)), path


@fuzzing
@given(_MEMBERS, st.booleans(), _DAMAGE)
def test_an_archive_stays_inside_or_is_an_error(
    members: list[tuple[str, str, bytes]], packed: bool, damage: list[tuple[int, bytes]]
) -> None:
    data = _archive(members, packed, damage)
    FUZZED.reads("archives", lambda: _unpacked(data), placed=False)


@pytest.mark.parametrize(
    "members",
    [
        [("../up", "", tarfile.REGTYPE)],
        [("/tmp/awsml-outside", "", tarfile.REGTYPE)],
        [("a", "../..", tarfile.SYMTYPE), ("a/x", "", tarfile.REGTYPE)],
        [("a", "/etc/passwd", tarfile.SYMTYPE)],
        [("a", "nowhere", tarfile.LNKTYPE)],
        [("a", "a", tarfile.SYMTYPE), ("a/b", "", tarfile.REGTYPE)],
        [("null", "", tarfile.CHRTYPE)],
        [("train.py", "", tarfile.DIRTYPE), ("./train.py", "train.py", tarfile.SYMTYPE)],
    ],
)
@pytest.mark.parametrize("standard", [True, False], ids=["filter of Python", "filter of our own"])
def test_an_archive_that_leads_out_is_refused(
    monkeypatch: pytest.MonkeyPatch, members: list[tuple[str, str, bytes]], standard: bool
) -> None:
    if not standard:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    data = _archive(members, True)
    error = FUZZED.reads("archives", lambda: _unpacked(data), placed=False)
    outside = members[0][0].startswith("/")  # the standard filter takes the slash away
    assert error is not None or outside
