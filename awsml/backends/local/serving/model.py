"""The model of a local endpoint: its artifact unpacked, its script, the Python that runs it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from awsml.backends.local.code import put_code
from awsml.backends.local.python import chosen_python, with_requirements
from awsml.errors import AwsmlError, BackendError
from awsml.storage.embedded.folder import ObjectFolder

_USUAL_SCRIPT = "inference.py"


@dataclass(frozen=True, slots=True)
class Model:
    """What is served: /opt/ml/model as a folder here, and the script of the handlers."""

    folder: Path
    script: Path | None


def placed_model(container: Mapping[str, Any], folder: Path, objects: ObjectFolder) -> Model:
    """The artifact and the code where a container would find them, below `folder`."""
    environment = container.get("Environment", {})
    target = folder / "model"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    if address := container.get("ModelDataUrl"):
        _put(address, target, objects)
    code = target / "code"
    submitted = environment.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
    if submitted and not submitted.startswith("/opt/ml/"):
        put_code(submitted, code, objects)
    name = environment.get("SAGEMAKER_PROGRAM", _USUAL_SCRIPT)
    script = next((p for p in (code / name, target / name) if p.is_file()), None)
    if script is None and "SAGEMAKER_PROGRAM" in environment:
        raise AwsmlError(
            f"there is no {name} in the code of the model",
            hint="correct `model.code.entry`",
            slug="handlers-missing",
        )
    return Model(target, script)


def _put(address: str, target: Path, objects: ObjectFolder) -> None:
    try:
        put_code(address, target, objects)
    except BackendError as error:
        raise BackendError(
            f"there is no model at {address.removeprefix('file://')}",
            hint="correct `model.data`, or put it into the project's store: awsml data put",
            slug="model-missing",
        ) from error
    except AwsmlError as error:
        raise AwsmlError(
            f"the model cannot be unpacked: {error.message}",
            hint="make model.tar.gz of plain files whose paths stay inside it",
            slug="model-archive-unusable",
        ) from error


def python_of(
    model: Model, named: str | None, base: Path, environments: Path, check: Callable[[], None]
) -> str:
    """The scenario's Python, with the packages of code/requirements.txt where there is one."""
    python = chosen_python(named, base)
    requirements = model.folder / "code" / "requirements.txt"
    if model.script is None or not requirements.is_file():
        return python
    return with_requirements(python, requirements, environments, check)
