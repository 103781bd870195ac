"""Keys as paths: every key has its own, none leaves the folder, and the order is S3's."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.embedded.keys import is_bucket_name, path_of
from awsml.storage.errors import ObjectError

PIECES = st.sampled_from(
    ["a", "b", ".", "..", "", "a@", "b+", "%", "%2E", "é", "\0", " ", "x" * 230]
)
KEYS = st.one_of(
    st.lists(PIECES, min_size=1, max_size=5).map("/".join),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
).filter(lambda key: 0 < len(key.encode()) <= 1024)


@given(KEYS)
def test_a_key_is_a_path_that_stays_below(key: str) -> None:
    steps = path_of(key).split("/")
    assert all(step not in ("", ".", "..") and len(step) <= 201 for step in steps)
    assert path_of(key).isascii()
    assert "\0" not in path_of(key)


@settings(max_examples=60)
@given(st.sets(KEYS, min_size=1, max_size=12), st.text("ab./", max_size=3))
def test_listing_gives_back_the_keys_in_the_order_of_their_bytes(
    keys: set[str], prefix: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = ObjectFolder(Path(folder))
        store.create_bucket("data")
        for key in keys:
            store.put("data", key, key.encode())
        listed = [found.key for found in store.keys("data", prefix)]
        assert listed == sorted((k for k in keys if k.startswith(prefix)), key=str.encode)
        for key in listed:
            assert store.head("data", key).path.read_bytes() == key.encode()
            rest = [found.key for found in store.keys("data", prefix, after=key)]
            assert rest == listed[listed.index(key) + 1 :]


@settings(max_examples=60)
@given(st.sets(KEYS, min_size=1, max_size=12), st.sampled_from(["/", "a", "//"]))
def test_roll_ups_agree_with_their_definition(keys: set[str], delimiter: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = ObjectFolder(Path(folder))
        store.create_bucket("data")
        for key in keys:
            store.put("data", key, b"")
        expected = {
            key[: key.index(delimiter) + len(delimiter)] if delimiter in key else key
            for key in keys
        }
        listed = [found.key for found in store.keys("data", "", delimiter)]
        assert listed == sorted(expected, key=str.encode)


@pytest.mark.parametrize("key", ["", "k" * 1025])
def test_keys_that_s3_refuses_are_refused(tmp_path: Path, key: str) -> None:
    store = ObjectFolder(tmp_path)
    store.create_bucket("data")
    with pytest.raises(ObjectError, match="1 to 1024 bytes"):
        store.put("data", key, b"")


@pytest.mark.parametrize(
    "name", ["..", "a", "A-bucket", "a..b", "-ab", "192.168.0.1", "a/b", "ab-"]
)
def test_no_bucket_name_leads_out(tmp_path: Path, name: str) -> None:
    assert not is_bucket_name(name)
    with pytest.raises(ObjectError, match="is no bucket name"):
        ObjectFolder(tmp_path).create_bucket(name)


def test_an_object_that_is_replaced_stays_whole_for_those_who_read_it(tmp_path: Path) -> None:
    store = ObjectFolder(tmp_path)
    store.create_bucket("data")
    store.put("data", "k", b"old")
    stored, file = store.open("data", "k")
    with file:
        store.put("data", "k", b"newer")
        assert file.read() == b"old"
    assert store.head("data", "k").etag != stored.etag


def test_a_file_that_changes_behind_the_store_has_another_etag(tmp_path: Path) -> None:
    store = ObjectFolder(tmp_path / "s3")
    store.create_bucket("data")
    etag = store.put("data", "k", b"one").etag
    store.path("data", "k").write_bytes(b"three")
    changed = store.head("data", "k")
    assert (changed.size, changed.etag == etag) == (5, False)
