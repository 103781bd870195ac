"""The model of a local endpoint: its artifact unpacked, its script, the Python that runs it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from awsml.backends.local.code import local_source, put_code
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
    if submitted := _submitted(environment):
        put_code(submitted, code, objects)
    return Model(target, _script(environment, (code, target)))


def require_model(container: Mapping[str, Any]) -> None:
    """Refuses what `placed_model` would for want of a file, as far as folders here tell."""
    environment = container.get("Environment", {})
    address, submitted = container.get("ModelDataUrl"), _submitted(environment)
    model = _model_source(address) if address else None
    code = local_source(submitted) if submitted else None
    places = [place for place in (code, model and model / "code", model) if place is not None]
    told = [found for named, found in ((address, model), (submitted, code)) if named]
    if all(found is not None and found.is_dir() for found in told):
        _script(environment, places)


def _submitted(environment: Mapping[str, str]) -> str:
    """Where the code is that is not in the artifact itself."""
    submitted = environment.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
    return "" if submitted.startswith("/opt/ml/") else submitted


def _script(environment: Mapping[str, str], places: Iterable[Path]) -> Path | None:
    name = environment.get("SAGEMAKER_PROGRAM", _USUAL_SCRIPT)
    script = next((place / name for place in places if (place / name).is_file()), None)
    if script is None and "SAGEMAKER_PROGRAM" in environment:
        raise AwsmlError(
            f"there is no {name} in the code of the model",
            hint="correct `model.code.entry`",
            slug="handlers-missing",
        )
    return script


def _model_source(address: str) -> Path | None:
    """The folder or archive of a model that is on this machine."""
    try:
        return local_source(address)
    except BackendError as error:
        raise _no_model(address) from error


def _no_model(address: str) -> BackendError:
    return BackendError(
        f"there is no model at {address.removeprefix('file://')}",
        hint="correct `model.data`, or put it into the project's store: awsml data put",
        slug="model-missing",
    )


def _put(address: str, target: Path, objects: ObjectFolder) -> None:
    try:
        put_code(address, target, objects)
    except BackendError as error:
        raise _no_model(address) from error
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
