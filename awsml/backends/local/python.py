"""Which Python runs the script, and a private environment for its requirements.txt."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from awsml.errors import BackendError

_ENVIRONMENT = ("site-packages as seen from the chosen Python", "v1")
_LAST_LINES = 6
_LOOK_SECONDS = 0.02


def chosen_python(named: str | None, base: Path) -> str:
    """The Python that the scenario names, or the one that runs awsml."""
    if named is None:
        return sys.executable
    relative = base / named
    found = str(relative) if "/" in named and relative.exists() else shutil.which(named)
    if found is None:
        raise BackendError(
            f"there is no Python at `{named}`",
            hint="set `local.python` to a program on PATH or to its full path",
            slug="python-missing",
        )
    return found


def with_requirements(
    python: str, requirements: Path, environments: Path, check: Callable[[], None] = lambda: None
) -> str:
    """The Python of an environment that has the requirements, made once per content.

    It sees everything the chosen Python has; what is missing is installed into it alone.
    `check` is called while that goes on, and may raise to give up.
    """
    packages = _site_packages(python)
    content = [requirements.read_bytes(), python.encode(), *(p.encode() for p in packages)]
    digest = hashlib.sha256(b"\0".join([*(e.encode() for e in _ENVIRONMENT), *content]))
    folder = environments / digest.hexdigest()[:16]
    environments.mkdir(parents=True, exist_ok=True)
    with (environments / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the system lets go when a process is killed
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _make(python, folder, packages, check)
            _install(python, folder, requirements, check)
            (folder / "complete").touch()
    return str(folder / "bin" / "python")


def _site_packages(python: str) -> list[str]:
    code = "import sys; print('\\n'.join(p for p in sys.path if p.endswith('-packages')))"
    return _asked(python, code).split()


def _asked(python: str, code: str) -> str:
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackendError(
            f"{python} does not run: {done.stderr.strip()[-200:]}",
            hint="set `local.python` to a working Python",
            slug="python-missing",
        )
    return done.stdout


def _make(python: str, folder: Path, packages: list[str], check: Callable[[], None]) -> None:
    """A virtual environment that also sees the chosen Python's own packages."""
    _run([python, "-m", "venv", "--without-pip", str(folder)], "cannot be made", check)
    own = _site_packages(str(folder / "bin" / "python"))
    (Path(own[0]) / "awsml-base.pth").write_text("\n".join(packages) + "\n", encoding="utf-8")


def _install(python: str, folder: Path, requirements: Path, check: Callable[[], None]) -> None:
    target = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "--python", target, "install", "--disable-pip-version-check"]
    what = "has a requirement that cannot be installed"
    _run([*pip, "--quiet", "-r", str(requirements)], what, check)


def _run(command: list[str], what: str, check: Callable[[], None]) -> None:
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
        )
        try:
            while done.poll() is None:
                check()
                time.sleep(_LOOK_SECONDS)
        finally:
            if done.poll() is None:
                os.killpg(done.pid, signal.SIGKILL)
                done.wait()
        said.seek(0)
        lines = said.read().strip().splitlines()[-_LAST_LINES:]
    if done.returncode:
        raise BackendError(
            f"the environment for requirements.txt {what}:\n  " + "\n  ".join(lines),
            hint="go online once, or set `local.python` to a Python that has the packages",
            slug="requirements-not-installed",
        )
