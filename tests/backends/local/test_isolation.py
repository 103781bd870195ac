"""The rungs below namespaces: what still works, and that it is said."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from awsml.backends.local import isolation
from awsml.backends.local.inside.order import Isolation
from awsml.backends.local.isolation import best_isolation, held_isolation
from awsml.errors import BackendError
from tests.backends.local.conftest import Workshop, channel, shell
from tests.backends.local.test_killed import processes_with

ISOLATION_FILES = (["isolation.json"], ["isolation.json", "mnt"])
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


@pytest.fixture
def link() -> Iterator[Path]:
    """/opt/ml, for one test at a time: other workers of this suite and other suites wait."""
    path = Path("/opt/ml")
    if not os.access(path.parent, os.W_OK):
        pytest.skip("/opt is not ours to write")
    with (Path(tempfile.gettempdir()) / f"awsml-opt-ml-{os.geteuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.lexists(path):
            pytest.skip("/opt/ml is in use")
        yield path
        if path.is_symlink():
            path.unlink()


def test_a_link_gives_the_literal_path_and_is_gone_afterwards(
    workshop: Workshop, link: Path
) -> None:
    params = workshop.command(*shell("echo x > /opt/ml/model/x; readlink /opt/ml"))
    done = workshop.run(params, isolation=Isolation.SYMLINK)
    assert done.printed == [str(done.tree())]
    assert not os.path.lexists(link)
    assert any("one run at a time" in text for text in done.notes("differs"))


def test_a_link_in_use_is_refused(workshop: Workshop, link: Path, tmp_path: Path) -> None:
    link.symlink_to(tmp_path)
    with pytest.raises(BackendError, match="cannot link /opt/ml"):
        workshop.run(workshop.command("true"), isolation=Isolation.SYMLINK)
    assert os.readlink(link) == str(tmp_path), "somebody else's link is left alone"


@pytest.mark.parametrize("alive", [True, False])
def test_the_link_of_a_run_that_was_killed_is_taken_over(
    workshop: Workshop, link: Path, tmp_path: Path, alive: bool
) -> None:
    run = tmp_path / "elsewhere" / "runs" / "261121-093012-k7q"
    tree = run / "hosts" / "algo-1" / "ml"
    tree.mkdir(parents=True)
    link.symlink_to(tree)
    holder = os.open(run, os.O_RDONLY)
    if alive:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(BackendError, match="cannot link /opt/ml"):
            workshop.run(workshop.command("true"), isolation=Isolation.SYMLINK)
        assert os.readlink(link) == str(tree)
    else:
        done = workshop.run(workshop.command("true"), isolation=Isolation.SYMLINK)
        assert done.end.status == "Completed"
        assert not os.path.lexists(link)
    os.close(holder)


def test_a_link_that_another_job_makes_first_is_not_waited_for(
    link: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "best_isolation", lambda *_: Isolation.SYMLINK)
    with ExitStack() as jobs:
        first = held_isolation(None, tmp_path, [tmp_path / "one"], jobs)
        second = held_isolation(None, tmp_path, [tmp_path / "two"], jobs)
        assert (first, second) == (Isolation.SYMLINK, Isolation.FOLDER)
        assert os.readlink(link) == str(tmp_path / "one")
    assert not os.path.lexists(link)


@pytest.mark.parametrize("alive", [True, False])
def test_a_link_of_another_job_means_nothing_inside_namespaces(
    workshop: Workshop, link: Path, tmp_path: Path, alive: bool
) -> None:
    """It may point to what is gone already, and may be gone before this job ends."""
    if best_isolation(tmp_path, 1) is not Isolation.NAMESPACES:
        pytest.skip("this machine allows no namespaces")
    link.symlink_to(tmp_path / "theirs")
    if alive:
        (tmp_path / "theirs").mkdir()
    done = workshop.run(workshop.command(*shell("readlink /opt/ml; ls /opt/ml")))
    assert done.end.status == "Completed", done.end.reason
    assert "model" in done.printed and str(tmp_path / "theirs") not in done.printed


def test_the_rung_is_tried_once_and_remembered(tmp_path: Path) -> None:
    found = best_isolation(tmp_path, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) in ISOLATION_FILES
    memory = tmp_path / "isolation.json"
    kept = json.loads(memory.read_text())
    assert kept["namespaces"] == (found is Isolation.NAMESPACES)
    memory.write_text(json.dumps({**kept, "namespaces": False}))
    assert best_isolation(tmp_path, 2) is Isolation.FOLDER
