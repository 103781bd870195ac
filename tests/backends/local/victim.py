"""A process that runs a job and may be killed: `python victim.py STATE SCRIPT MODE [STEP]`.

MODE `attached` or `detached` starts a supervisor and prints the run's id. With STEP, the process
that carries the job out kills itself right after it has written that step of the journal.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from awsml.backends.local.backend import LocalBackend
from awsml.backends.local.terms import LocalTerms
from awsml.errors import AwsmlError
from awsml.store.runs import RunStore
from tests.backends.local.conftest import Workshop


def main(state: str, script: str, mode: str, step: str = "") -> None:
    root = Path(state).parent
    workshop = Workshop(root)
    if step:
        die_after(step)
    params = workshop.request(script, CheckpointConfig={"S3Uri": "s3://results/ckpt/"})
    with RunStore(Path(state)) as store:
        run = workshop.create(store, params)
    print(run.id, flush=True)
    backend = LocalBackend(Path(state), root, LocalTerms(environ=dict(os.environ)))
    running = backend.supervised(run, detached=mode == "detached")
    if mode == "detached":
        running.detach()
        return
    try:
        for event in running.events():
            print(event, flush=True)
    except AwsmlError as error:
        print(error.slug, flush=True)


def die_after(step: str) -> None:
    write = RunStore.journal

    def journal(store: RunStore, run_id: str, name: str, **detail: Any) -> None:
        write(store, run_id, name, **detail)
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    RunStore.journal = journal  # type: ignore[method-assign]


if __name__ == "__main__":
    main(*sys.argv[1:])
