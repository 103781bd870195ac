"""A machine that fails: full disks, and what is kept of the job then."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from awsml.store.run import Status
from awsml.store.runs import RunStore

ROOT = Path(__file__).resolve().parents[3]

# Everything the store and the job need fits; what the job writes does not.
FULL = """
mount -t tmpfs -o size=3m none "$1" || exit 77
cd "$1"
"$2" -m tests.backends.local.full "$1"
code=$?
cp -r "$1/.awsml" "$3"
exit $code
"""


def unshares() -> bool:
    probe = ["unshare", "--user", "--map-root-user", "--mount", "true"]
    try:
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not unshares(), reason="no user namespaces to mount a small disk in")
def test_a_full_disk_fails_the_run_clearly_and_keeps_its_checkpoint(tmp_path: Path) -> None:
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    kept.mkdir()
    inside = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", FULL, "sh"]
    ran = subprocess.run(
        [*inside, str(disk), sys.executable, str(kept)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "machine-failed" in ran.stdout
    assert "No space left on device" in ran.stdout
    with RunStore(kept / ".awsml") as store:
        assert store.get("last").status is Status.FAILED
    assert (kept / ".awsml/s3/results/objects/ckpt@/step").read_text() == "1"
