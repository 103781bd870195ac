"""A workshop that runs requests on this machine and keeps what happened."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from awsml.backends.local.backend import LocalBackend
from awsml.backends.local.control import Control, Wishes
from awsml.backends.local.terms import LocalTerms, Workplace
from awsml.events import Event, Finished, LogLine, Note, PhaseChanged
from awsml.storage.embedded.folder import ObjectFolder
from awsml.store.run import Draft, Run
from awsml.store.runs import RunStore

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/own:1"


@dataclass
class Done:
    """One run, over."""

    run: Run
    events: list[Event]
    folder: Path

    @property
    def end(self) -> Finished:
        (end,) = [event for event in self.events if isinstance(event, Finished)]
        return end

    @property
    def printed(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, LogLine)]

    @property
    def phases(self) -> list[str]:
        return [event.phase for event in self.events if isinstance(event, PhaseChanged)]

    def notes(self, level: str) -> list[str]:
        return [e.text for e in self.events if isinstance(e, Note) and e.level == level]

    def tree(self, host: str = "algo-1") -> Path:
        return self.folder / "hosts" / host / "ml"


@dataclass
class Workshop:
    """Makes requests and runs them in this process."""

    root: Path
    events: list[Event] = field(default_factory=list)

    @property
    def state(self) -> Path:
        return self.root / ".awsml"

    @property
    def objects(self) -> ObjectFolder:
        return Workplace(self.state).objects

    def put(self, address: str, data: bytes) -> None:
        bucket, _, key = address.removeprefix("s3://").partition("/")
        self.objects.create_bucket(bucket, exist_ok=True)
        self.objects.put(bucket, key, data)

    def got(self, address: str) -> bytes:
        bucket, _, key = address.removeprefix("s3://").partition("/")
        return self.objects.head(bucket, key).path.read_bytes()

    def code(self, script: str, **files: str) -> str:
        """A code folder with train.py; its address."""
        folder = self.root / "src"
        folder.mkdir(exist_ok=True)
        (folder / "train.py").write_text(textwrap.dedent(script))
        for name, text in files.items():
            (folder / name.replace("__", ".")).write_text(textwrap.dedent(text))
        return folder.as_uri()

    def request(self, script: str, **changes: Any) -> dict[str, Any]:
        """Script mode: the request of a job whose entry point is this script."""
        params = self.command()
        params["HyperParameters"] = {
            "sagemaker_program": '"train.py"',
            "sagemaker_submit_directory": f'"{self.code(script)}"',
            **changes.pop("HyperParameters", {}),
        }
        params["AlgorithmSpecification"].pop("ContainerEntrypoint")
        return params | changes

    def command(self, *words: str, **changes: Any) -> dict[str, Any]:
        """The request of a job whose entry point is this command."""
        return {
            "TrainingJobName": "job-1",
            "AlgorithmSpecification": {
                "TrainingImage": IMAGE,
                "TrainingInputMode": "File",
                "ContainerEntrypoint": list(words),
            },
            "OutputDataConfig": {"S3OutputPath": "s3://results/out/"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        } | changes

    def backend(self, **terms: Any) -> LocalBackend:
        return LocalBackend(self.state, self.root, LocalTerms(environ=dict(os.environ), **terms))

    def create(self, store: RunStore, params: dict[str, Any]) -> Run:
        call = {"service": "sagemaker", "operation": "CreateTrainingJob", "params": params}
        return store.create(Draft("training", "job", "local", requests=(call,)))

    def run(self, params: dict[str, Any], control: Control | None = None, **terms: Any) -> Done:
        """Runs it to its end; errors of the run are raised, its events are in `events`."""
        self.events = []
        with RunStore(self.state) as store:
            run = self.create(store, params)
            for event in self.backend(**terms).execute(store, run, control or Wishes()):
                self.events.append(event)
            return Done(store.get(run.id), self.events, store.folder_of(run.id))


def channel(name: str, uri: str, mode: str = "File", **more: Any) -> dict[str, Any]:
    """One element of InputDataConfig."""
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, **more.pop("source", {})}
    return {"ChannelName": name, "InputMode": mode, "DataSource": {"S3DataSource": source}, **more}


def shell(text: str) -> Sequence[str]:
    return ("sh", "-c", text)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)
