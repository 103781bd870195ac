"""The object store in a folder, used by several parts of one process at once."""

from __future__ import annotations

from pathlib import Path

from awsml.storage.embedded.folder import ObjectFolder


def test_two_stores_of_one_folder_write_at_once_without_taking_each_other_s_bytes(
    tmp_path: Path,
) -> None:
    """As trials of one search do, each of which has a store of its own."""
    one, two = ObjectFolder(tmp_path), ObjectFolder(tmp_path)
    one.create_bucket("data")
    with one.incoming("data", "one") as first, two.incoming("data", "two") as second:
        first.write(b"first")
        second.write(b"second")
        first.commit()
        second.commit()
    for key, said in (("one", b"first"), ("two", b"second")):
        stored, file = one.open("data", key)
        with file:
            assert file.read() == said
        assert stored.size == len(said)
