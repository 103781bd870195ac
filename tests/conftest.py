"""What tests share: a command line that runs in this process, in a folder of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import JSONFileLoader
from hypothesis import settings

from awsml.cli.main import run

# The same examples each time, however slow the machine; `--hypothesis-profile default` looks on.
settings.register_profile("everyday", derandomize=True, deadline=None)
settings.load_profile("everyday")


@dataclass(frozen=True)
class Ran:
    """What a command line came to."""

    code: int
    out: str
    err: str


CommandLine = Callable[..., Ran]


@pytest.fixture(scope="session", autouse=True)
def models_read_once() -> Iterator[None]:
    """botocore parses megabytes of JSON for every client; here once for each file."""
    read = JSONFileLoader.load_file
    kept: dict[str, Any] = {}

    def load_file(loader: JSONFileLoader, path: str) -> Any:
        if path not in kept:
            kept[path] = read(loader, path)
        return kept[path]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", load_file)
        yield


@pytest.fixture
def awsml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> CommandLine:
    """`awsml("plan", "-o", "json")` in an empty folder, without credentials or a terminal."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "AWSML_", "SAGEMAKER_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / ".data"))
    monkeypatch.chdir(tmp_path)

    def call(*words: str, cwd: Path | None = None) -> Ran:
        if cwd is not None:
            monkeypatch.chdir(cwd)
        monkeypatch.setattr(sys, "argv", ["awsml", *words])
        code = run(words)
        captured = capfd.readouterr()
        return Ran(code, captured.out, captured.err)

    return call
