"""What every command shares: where it starts, and how its errors are told."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.conftest import CommandLine


def test_a_current_folder_that_is_gone_is_an_error_in_any_format(
    awsml: CommandLine, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    ran = awsml("plan", "-o", "json")
    assert ran.code == 2
    answer = json.loads(ran.out)
    assert answer["version"] == 1
    assert answer["error"]["message"] == "the current folder is gone"


@pytest.fixture
def demo(awsml: CommandLine, tmp_path: Path) -> Path:
    awsml("init", "training", "demo")
    return tmp_path / "demo"


def test_a_run_that_is_refused_says_so_in_json(awsml: CommandLine, demo: Path) -> None:
    ran = awsml("train", "--set", "compute.count=many", "-o", "json", cwd=demo)
    assert ran.code == 1
    answer = json.loads(ran.out)
    assert answer["version"] == 1
    assert [finding["slug"] for finding in answer["findings"]] == ["wrong-type"]
    assert "compute.count" in ran.err


def test_output_to_a_pipe_leaves_the_pipe_there(awsml: CommandLine, demo: Path) -> None:
    pipe = demo / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    assert awsml("plan", "-o", "json=pipe", cwd=demo).code == 0
    reader.join(timeout=10)
    assert pipe.is_fifo()
    assert json.loads(read[0])["kind"] == "training"


def test_output_through_a_link_keeps_the_link(awsml: CommandLine, demo: Path) -> None:
    (demo / "kept.json").write_text("old")
    (demo / "link.json").symlink_to("kept.json")
    assert awsml("plan", "-o", "json=link.json", cwd=demo).code == 0
    assert (demo / "link.json").is_symlink()
    assert json.loads((demo / "kept.json").read_text())["kind"] == "training"


AWSML = (sys.executable, "-c", "from awsml.cli.main import main; main()")


def test_a_full_disk_behind_stdout_is_an_error(demo: Path) -> None:
    with open("/dev/full", "w") as full:
        ran = subprocess.run(
            [*AWSML, "plan", "-o", "json"], cwd=demo, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert ran.returncode == 3
    assert ran.stderr.startswith("error[system-refused]: no space left on device\n")


@pytest.mark.parametrize("stream", [0, 1, 2])
def test_a_stream_that_is_closed_breaks_nothing(demo: Path, stream: int) -> None:
    ran = subprocess.run([*AWSML, "plan"], cwd=demo, preexec_fn=lambda: os.close(stream))
    assert ran.returncode == 0


def test_a_name_that_is_too_long_is_an_error(awsml: CommandLine, demo: Path) -> None:
    ran = awsml("plan", "x" * 5000, "-o", "json", cwd=demo)
    assert ran.code == 3
    assert json.loads(ran.out)["error"]["slug"] == "system-refused"


@pytest.mark.parametrize(
    "words",
    [
        ("logs", "--tail", "99999999999999999999"),
        ("data", "get", "s3://demo-bucket/x", "/dev/null"),
        ("plan", "--set", "workload.epochs=1e308"),
    ],
    ids=" ".join,
)
def test_what_is_too_large_or_no_folder_is_an_error(
    awsml: CommandLine, demo: Path, words: tuple[str, ...]
) -> None:
    ran = awsml(*words, cwd=demo)
    assert ran.code in (1, 2)
    assert "error[" in ran.out + ran.err


def test_no_package_metadata_is_read_to_find_plugins(tmp_path: Path) -> None:
    """It would be a tenth of `awsml validate`, and comes back where pydantic moves its loader."""
    (tmp_path / "job.yaml").write_text("kind: training\n")
    code = "import sys; from awsml.cli.main import run; run(['validate', 'job.yaml'])"
    asked = f"{code}; print('importlib.metadata' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", asked], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.stdout.splitlines()[-1] == "False", ran.stdout
