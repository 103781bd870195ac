"""The rungs below namespaces: what still works, and that it is said."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from awsml.backends.local.inside.order import Isolation
from awsml.backends.local.isolation import best_isolation
from awsml.errors import BackendError
from tests.backends.local.conftest import Workshop, channel, shell
from tests.backends.local.test_killed import processes_with

TELLS = """
    import json, os, signal, time
    print(json.dumps({k: v for k, v in os.environ.items() if k.startswith("SM_")}))
    open(os.environ["SM_MODEL_DIR"] + "/m", "w").write("m")
"""


def test_a_plain_folder_serves_scripts_that_use_the_variables(workshop: Workshop) -> None:
    workshop.put("s3://data/train/a", b"1")
    params = workshop.request(TELLS, InputDataConfig=[channel("train", "s3://data/train/")])
    done = workshop.run(params, isolation=Isolation.FOLDER)
    env = json.loads(done.printed[0])
    assert env["SM_MODEL_DIR"] == str(done.tree() / "model")
    assert env["SM_CHANNEL_TRAIN"] == str(done.tree() / "input/data/train")
    assert done.end.figures["artifacts"]["model"].endswith("model.tar.gz")
    assert any("there is no /opt/ml" in text for text in done.notes("differs"))


def test_links_are_never_made_where_nothing_protects_the_source(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from awsml.backends.local import staging

    monkeypatch.setattr(staging, "_COPIED_BYTES", 1)
    workshop.put("s3://data/train/a", b"before")
    params = workshop.command(
        *shell('echo after > "$SAGEMAKER_BASE_DIR/input/data/train/a"'),
        InputDataConfig=[channel("train", "s3://data/train/")],
    )
    assert workshop.run(params, isolation=Isolation.FOLDER).end.status == "Completed"
    assert workshop.got("s3://data/train/a") == b"before"


def test_orphans_end_with_the_job_in_a_plain_folder_too(workshop: Workshop) -> None:
    mark = f"8{os.getpid()}1"
    leave = f"(setsid sleep {mark} &) ; sleep 0.2; exit 0"
    done = workshop.run(workshop.command(*shell(leave)), isolation=Isolation.FOLDER)
    assert done.end.status == "Completed"
    assert not processes_with(mark)


def test_orphans_end_with_the_job(workshop: Workshop) -> None:
    mark = f"8{os.getpid()}2"
    leave = f"(setsid sleep {mark} &) ; sleep 0.2; exit 0"
    assert workshop.run(workshop.command(*shell(leave))).end.status == "Completed"
    assert not processes_with(mark)


linkable = pytest.mark.skipif(
    not os.access("/opt", os.W_OK) or os.path.lexists("/opt/ml"), reason="/opt is not ours to write"
)


@linkable
def test_a_link_gives_the_literal_path_and_is_gone_afterwards(workshop: Workshop) -> None:
    params = workshop.command(*shell("echo x > /opt/ml/model/x; readlink /opt/ml"))
    done = workshop.run(params, isolation=Isolation.SYMLINK)
    assert done.printed == [str(done.tree())]
    assert not os.path.lexists("/opt/ml")
    assert any("one run at a time" in text for text in done.notes("differs"))


@linkable
def test_a_link_in_use_is_refused(workshop: Workshop, tmp_path: Path) -> None:
    Path("/opt/ml").symlink_to(tmp_path)
    try:
        with pytest.raises(BackendError, match="cannot link /opt/ml"):
            workshop.run(workshop.command("true"), isolation=Isolation.SYMLINK)
        assert os.readlink("/opt/ml") == str(tmp_path), "somebody else's link is left alone"
    finally:
        Path("/opt/ml").unlink()


def test_the_rung_is_tried_once_and_remembered(tmp_path: Path) -> None:
    found = best_isolation(tmp_path, 1)
    memory = tmp_path / "isolation.json"
    kept = json.loads(memory.read_text())
    assert kept["namespaces"] == (found is Isolation.NAMESPACES)
    memory.write_text(json.dumps({**kept, "namespaces": False}))
    assert best_isolation(tmp_path, 2) is Isolation.FOLDER
