"""Ctrl-C while awsml loads, plans, or is not meant to hear it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# As the installed script does it; the signal comes when a module is looked for.
ENTRY = """
import importlib.abc, os, signal, sys
class Striker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Striker())
from awsml.__main__ import main
sys.argv = ["awsml", *{words!r}]
sys.exit(main())
"""


def struck(
    folder: Path, module: str, *words: str, ignored: bool = False
) -> subprocess.CompletedProcess[str]:
    code = ENTRY.format(module=module, words=list(words))
    before = signal.SIG_IGN if ignored else signal.SIG_DFL
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, before),
    )


@pytest.mark.parametrize("module", ["awsml.cli.main", "click"])
def test_while_nothing_has_begun_the_signal_ends_it_silently(tmp_path: Path, module: str) -> None:
    ran = struck(tmp_path, module, "runs")
    assert (ran.returncode, ran.stdout, ran.stderr) == (-signal.SIGINT, "", "")


def test_while_a_command_loads_it_says_one_word(tmp_path: Path) -> None:
    ran = struck(tmp_path, "awsml.cli.commands.runs", "runs")
    assert (ran.returncode, ran.stdout, ran.stderr.strip()) == (130, "", "interrupted")


def test_who_ignores_it_is_not_interrupted(tmp_path: Path) -> None:
    """As with `nohup awsml ... &`."""
    ran = struck(tmp_path, "click", "--version", ignored=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("awsml, version")


def test_a_full_disk_behind_stdout_is_told_of_once(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-c", "from awsml.cli.main import main; main(['--help'])"],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert ran.returncode == 3
    assert "error[system-refused]: no space left on device" in ran.stderr
    assert "Traceback" not in ran.stderr and "ignored" not in ran.stderr
