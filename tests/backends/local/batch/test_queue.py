"""The queue on disk, read by others while it is made and driven."""

import sqlite3
from pathlib import Path

from awsml.backends.local.batch.queue import FILE, JobQueue, standing


def test_a_queue_whose_maker_died_on_the_way_stands_nowhere_yet(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as half:
        half.execute("CREATE TABLE jobs (key TEXT PRIMARY KEY, label TEXT)")
    half.close()
    assert standing(tmp_path) is None


def test_a_queue_that_is_driven_can_be_read(tmp_path: Path) -> None:
    queue = JobQueue(tmp_path)
    queue.add([("job", "job", None)], "SUBMITTED")
    found = standing(tmp_path)
    queue.close()
    assert found is not None
    assert found.counts == {"job": {"SUBMITTED": 1}}
