"""The wrapper that fetches a job's source, run by sh as a container would."""

from __future__ import annotations

import functools
import io
import os
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from awsml.kinds.batch.source import wrapper

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TOOLS = ("sh", "tar", "gzip", "mkdir", "rm", "cp", "cat", "base64", "tr", "sleep")


def archive() -> bytes:
    """As a Git host packs a commit: everything below one folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as packed:
        content = b"echo from the archive, $1"
        entry = tarfile.TarInfo(f"recsys-{COMMIT}/run.sh")
        entry.size = len(content)
        packed.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


class Host(BaseHTTPRequestHandler):
    def __init__(self, asked, *args):
        self.asked = asked
        super().__init__(*args)

    def do_GET(self):
        self.asked.append((self.path, self.headers.get("Authorization")))
        found = self.path == f"/acme/recsys/archive/{COMMIT}.tar.gz"
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(archive() if found else b"")

    def log_message(self, *_):
        """Nothing on the terminal."""


@pytest.fixture
def host() -> Iterator[tuple[str, list]]:
    asked: list = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Host, asked))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/acme/recsys.git", asked
    server.shutdown()
    server.server_close()


def _program(name: str) -> str:
    """Python itself, not a script that looks for one; and nobody sleeps between tries."""
    own = {"python3": os.path.realpath(sys.executable), "sleep": shutil.which("true")}
    found = own[name] if name in own else shutil.which(name)
    assert found is not None, f"there is no {name} here"
    return found


def run(tmp_path: Path, tools: tuple[str, ...], *command: str, **variables: str):
    """With these programs and no others."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in tools:
        (programs / name).symlink_to(_program(name))
    return subprocess.run(
        [str(programs / "sh"), "-c", wrapper(), "awsml-fetch", *command],
        env={"PATH": str(programs), "TMPDIR": str(tmp_path), **variables},
        capture_output=True,
        text=True,
        timeout=40,
    )


@pytest.mark.parametrize("tool", ["python3", "curl", "wget"])
def test_an_image_without_git_gets_the_archive_of_the_commit(tmp_path, host, tool):
    if shutil.which(tool) is None:
        pytest.skip(f"there is no {tool} here")
    url, asked = host
    ran = run(
        tmp_path,
        (*TOOLS, tool),
        *("sh", "run.sh", "two words"),
        AWSML_SOURCE_URL=url,
        AWSML_SOURCE_COMMIT=COMMIT,
        AWSML_SOURCE_TOKEN="secret",
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "from the archive, two words\n"
    assert asked[0][1].startswith("Basic ")
    assert "secret" not in ran.stderr


def test_what_is_not_there_is_said_clearly_after_three_tries(tmp_path, host):
    url, asked = host
    ran = run(tmp_path, (*TOOLS, "python3"), "sh", AWSML_SOURCE_URL=url, AWSML_SOURCE_REF="nothing")
    assert ran.returncode == 72
    assert "cannot fetch" in ran.stderr.splitlines()[-1]
    assert len([path for path, _ in asked if path.endswith("nothing.tar.gz")]) == 3
