"""sagemaker-inference behind multi-model-server, in an environment of its own.

It is started as the inference toolkit's own `start_model_server` does, with its properties and its
logging, but on loopback and without what that function needs of a container: writing below /etc,
and being the only such server of the machine.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# The toolkit imports pkg_resources, which setuptools dropped in release 81.
PACKAGES = ("sagemaker-inference==1.10.1", "multi-model-server==1.1.11", "setuptools<81")
STARTUP_SECONDS = 60.0


@dataclass(frozen=True)
class Peer:
    """A server that answers /invocations; `pid` leads everything it started."""

    url: str
    pid: int


def peer_environment(folder: Path) -> Path:
    """The environment, made once; the folder may be kept for the next run."""
    ready = folder / "ready"
    if not ready.exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=300)
        install = [str(folder / "bin" / "pip"), "install", "-q", *PACKAGES]
        subprocess.run(install, check=True, timeout=600, capture_output=True)
        ready.touch()
    return folder


def leave_on_sigterm() -> None:
    """What was started is ended too when `timeout` ends this program, and not only by Ctrl-C."""

    def leave(*_: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    signal.signal(signal.SIGTERM, leave)


@contextlib.contextmanager
def served_by_peer(environment: Path, folder: Path, handler: str, workers: int) -> Iterator[Peer]:
    """The handler behind multi-model-server, until the block ends."""
    leave_on_sigterm()
    code = folder / "store" / "model" / "code"
    code.mkdir(parents=True)
    (code / "inference.py").write_text(handler, encoding="utf-8")
    port, management = _free_ports(2)
    url = f"http://127.0.0.1:{port}"
    properties = folder / "mms.properties"
    properties.write_text(_properties(environment, url, management, workers), encoding="utf-8")
    log = folder / "mms.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(environment, folder, properties),
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_variables(environment, folder, code),
            cwd=folder,
            start_new_session=True,
        )
        try:
            _until_answering(url, process, log)
            yield Peer(f"{url}/invocations", process.pid)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=30)


def _command(environment: Path, folder: Path, properties: Path) -> list[str]:
    return [
        str(environment / "bin" / "multi-model-server"),
        *("--start", "--foreground", "--models", "model=model"),
        *("--model-store", str(folder / "store")),
        *("--mms-config", str(properties)),
        *("--log-config", str(_toolkit(environment) / "etc" / "log4j2.xml")),
    ]


def _toolkit(environment: Path) -> Path:
    return next(environment.glob("lib/python*/site-packages/sagemaker_inference"))


def _properties(environment: Path, url: str, management: int, workers: int) -> str:
    """The toolkit's own file, and what it adds to it for a container."""
    own = (_toolkit(environment) / "etc" / "default-mms.properties").read_text(encoding="utf-8")
    added = {
        "default_workers_per_model": workers,
        "inference_address": url,
        "management_address": f"http://127.0.0.1:{management}",
        "vmargs": "-XX:-UseContainerSupport",
        "default_service_handler": "sagemaker_inference.default_handler_service",
    }
    return own + "".join(f"{name}={value}\n" for name, value in added.items())


def _variables(environment: Path, folder: Path, code: Path) -> dict[str, str]:
    """Its socket and its pid file go into the folder, so that others of its kind do not mind."""
    scratch = folder / "tmp"
    scratch.mkdir()
    return {
        **os.environ,
        "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(code),
        "SAGEMAKER_PROGRAM": "inference.py",
        "LOG_LOCATION": str(folder / "logs"),
        "METRICS_LOCATION": str(folder / "logs"),
        "TMPDIR": str(scratch),
        "TEMP": str(scratch),
    }


def _until_answering(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """The front says it is healthy before a worker is there, so a real request is asked."""
    end = time.monotonic() + STARTUP_SECONDS
    heads = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/invocations", b"1", heads, method="POST")
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=5) as answer:
            if answer.read() == b"1":
                return
        time.sleep(0.2)
    raise SystemExit(f"multi-model-server does not answer:\n{log.read_text(errors='replace')}")


def _free_ports(count: int) -> Sequence[int]:
    """Below 32,768: it takes no others."""
    found: list[int] = []
    for port in range(20_000, 32_768):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            return found
    raise SystemExit("no ports are free below 32768")
