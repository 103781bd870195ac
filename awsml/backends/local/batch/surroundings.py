"""What an attempt finds around it: variables, places for data and checkpoints, a Python."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

from awsml.backends.local.batch.jobs import JobSpec
from awsml.backends.local.terms import Workplace

_INHERITED = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
)
# Written to by jobs; on this machine each is a folder of the run.
_WRITTEN = {"AWSML_CHECKPOINTS": "checkpoints", "AWSML_OUTPUT": "output"}
ENVIRONMENT_NAME = "awsml-local"


class Surroundings:
    """The folders of one run, and what its attempts are told."""

    def __init__(self, folder: Path, place: Workplace, environ: Mapping[str, str], python: str):
        self._folder, self._place, self._environ = folder, place, environ
        self._bin = folder / "bin"
        self._write_python(python)

    def workplace(self, key: str, attempt: int) -> Path:
        """A fresh folder, as a new container has it."""
        work = self._folder / "work" / f"{key.replace(':', '-')}.{attempt}"
        work.mkdir(parents=True, exist_ok=True)
        return work

    def variables(
        self, spec: JobSpec, key: str, attempt: int, work: Path, gpus: tuple[int, ...]
    ) -> dict[str, str]:
        """AWS Batch's own variables, the job's, and little of this machine's."""
        found = {name: self._environ[name] for name in _INHERITED if name in self._environ}
        found["PATH"] = f"{self._bin}{os.pathsep}{found.get('PATH', os.defpath)}"
        found |= {"HOME": str(work), "TMPDIR": str(work)}
        for name, value in spec.environment.items():
            found[name] = self._local(name, value)
        for name in spec.secrets:
            if name in self._environ:
                found[name] = self._environ[name]
        found |= {
            "AWS_BATCH_JOB_ID": f"{self._folder.name}-{key}",
            "AWS_BATCH_JOB_ATTEMPT": str(attempt),
            "AWS_BATCH_JQ_NAME": spec.queue,
            "AWS_BATCH_CE_NAME": ENVIRONMENT_NAME,
        }
        if spec.size is not None:
            found["AWS_BATCH_JOB_ARRAY_INDEX"] = key.rpartition(":")[2]
            found["AWS_BATCH_JOB_ARRAY_SIZE"] = str(spec.size)
        if gpus:
            found["CUDA_VISIBLE_DEVICES"] = ",".join(str(gpu) for gpu in gpus)
        return found

    def missing(self, spec: JobSpec) -> list[str]:
        """Secrets that this machine's environment does not have, and data that is only on S3."""
        secrets = [name for name in spec.secrets if name not in self._environ]
        data = self._local("AWSML_DATA", spec.environment.get("AWSML_DATA", ""))
        return [*secrets, *(["AWSML_DATA"] if data.startswith("s3://") else [])]

    def _local(self, name: str, value: str) -> str:
        if name in _WRITTEN:
            place = self._folder / _WRITTEN[name]
            place.mkdir(exist_ok=True)
            return str(place)
        if name == "AWSML_DATA":
            return self._data(value)
        return unquote(value) if value.startswith("file://") else value

    def _data(self, value: str) -> str:
        """A folder here, or the project's own object store where it has the prefix."""
        if value.startswith("file://"):
            return unquote(value.removeprefix("file://"))
        stored = self._place.objects.root / value.removeprefix("s3://")
        return str(stored) if value.startswith("s3://") and stored.exists() else value

    def _write_python(self, python: str) -> None:
        """`python` and `python3` are the chosen one; a link would lose its environment."""
        self._bin.mkdir(parents=True, exist_ok=True)
        for name in ("python", "python3"):
            file = self._bin / name
            file.write_text(f'#!/bin/sh\nexec {shlex.quote(python)} "$@"\n', encoding="utf-8")
            file.chmod(0o755)
