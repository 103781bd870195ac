"""Which Python runs the script, and what requirements.txt changes."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from awsml.backends.local.python import chosen_python
from awsml.errors import BackendError
from tests.backends.local.conftest import Workshop

USES = "import tiny_thing, pydantic\nprint(tiny_thing.VALUE, pydantic.__name__)"


def wheel(folder: Path) -> Path:
    """A package as small as they get, which installs without a network."""
    name = "tiny_thing-1.0"
    path = folder / f"{name}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("tiny_thing.py", "VALUE = 42\n")
        metadata = "Metadata-Version: 2.1\nName: tiny-thing\nVersion: 1.0\n"
        file.writestr(f"{name}.dist-info/METADATA", metadata)
        tag = "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        file.writestr(f"{name}.dist-info/WHEEL", tag)
        file.writestr(f"{name}.dist-info/RECORD", "")
    return path


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)


def test_requirements_go_into_an_environment_of_their_own(
    workshop: Workshop, tmp_path: Path
) -> None:
    params = workshop.request(USES)
    workshop.code(USES, requirements__txt=f"tiny-thing @ {wheel(tmp_path).as_uri()}\n")
    assert workshop.run(params).printed == ["42 pydantic"]
    with pytest.raises(ModuleNotFoundError):
        __import__("tiny_thing")
    (made,) = workshop.state.glob("envs/*/complete")
    before = made.stat().st_mtime_ns
    assert workshop.run(params).printed == ["42 pydantic"]
    assert made.stat().st_mtime_ns == before, "the same content is installed once"


def test_what_cannot_be_installed_is_said_and_can_be_tried_again(
    workshop: Workshop, tmp_path: Path
) -> None:
    params = workshop.request(USES)
    workshop.code(USES, requirements__txt="no-such-package-anywhere==1.0\n")
    with pytest.raises(BackendError) as caught:
        workshop.run(params)
    assert caught.value.slug == "requirements-not-installed"
    assert "no-such-package-anywhere" in caught.value.message
    assert not list(workshop.state.glob("envs/*/complete"))


def test_the_python_is_awsmls_own_unless_named(tmp_path: Path) -> None:
    assert chosen_python(None, tmp_path) == sys.executable
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    assert chosen_python("bin/python", tmp_path) == str(tmp_path / "bin" / "python")
    assert chosen_python("sh", tmp_path).endswith("/sh")
    with pytest.raises(BackendError, match="there is no Python at `no/python`"):
        chosen_python("no/python", tmp_path)


def test_a_named_python_runs_the_script(workshop: Workshop) -> None:
    done = workshop.run(
        workshop.request("import sys\nprint(sys.executable)"), python="/usr/bin/env"
    )
    assert done.end.status == "Failed", "env is no Python, and was what ran"
    named = workshop.run(workshop.request("import sys\nprint(sys.prefix)"), python=sys.executable)
    assert named.printed == [sys.prefix]
