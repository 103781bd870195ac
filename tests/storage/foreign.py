"""Programs that others wrote, each in an environment of its own.

They are installed below the temporary folder (or the one that AWSML_FOREIGN names), where a later
run finds them again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest


def environment(name: str, install: Callable[[Path], None]) -> Path:
    """The Python of an environment, made once."""
    top = Path(os.environ.get("AWSML_FOREIGN", Path(tempfile.gettempdir()) / "awsml-foreign"))
    folder = top / name
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        try:
            install(python)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"{name} cannot be installed here: {error}")
        (folder / "ready").touch()
    return python


def pip(python: Path, *words: str) -> None:
    subprocess.run([python, "-m", "pip", "install", "-q", *words], check=True)
