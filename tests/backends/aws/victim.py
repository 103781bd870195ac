"""A process that submits a run and is killed at a given step; one fork a case, told by lines.

A step is the moment before or after something that can be half done: a write of the run store or
a create call. `python -m tests.backends.aws.victim URL` reads cases from stdin, one JSON a line,
and answers each with how the child ended and how many steps it passed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from awsml.aws.session import Session
from awsml.backends.aws.backend import AwsBackend
from awsml.errors import AwsmlError, UsageError
from awsml.plan import Call, Plan, Ref, Text, as_json
from awsml.store.run import Draft
from awsml.store.runs import RunStore
from tests.backends.aws.conftest import plan

REFUSED, NOTHING_SENT = 100, 101
_DEFINITION = {"jobDefinitionName": "d", "type": "container"}


class Steps:
    """Counts steps, and kills this process at the one that was asked for."""

    def __init__(self, kill_at: int | None) -> None:
        self.count = 0
        self._kill_at = kill_at

    def step(self) -> None:
        self.count += 1
        if self.count == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **kwargs: Any) -> Any:
            self.step()
            answer = act(*args, **kwargs)
            self.step()
            return answer

        return stepped


def act(case: Mapping[str, Any], session: Session) -> int:
    """Start or resume the case's run; the answer is the number of steps, or why not."""
    steps = Steps(case["kill_at"])
    later = 3600.0 * case["later"]
    store = RunStore(Path(case["folder"]), lambda: time.time() + later)
    for target, name in ((store, "journal"), (store, "add_remote"), (session, "send_once")):
        setattr(target, name, steps.around(getattr(target, name)))
    backend = AwsBackend(session, store, store.clock, lambda _: None)
    runs = store.find()
    wanted = chain() if case["batch"] else plan()
    try:
        if case["resume"]:
            events = backend.settle(runs[0]) if case["batch"] else backend.resume(runs[0])
        else:
            run = runs[0] if runs else store.create(draft(wanted))
            events = backend.start(run, wanted, ())
        for _ in events:
            pass
    except UsageError:
        return NOTHING_SENT
    except AwsmlError:
        return REFUSED
    return steps.count


def draft(wanted: Plan) -> Draft:
    """As the command line writes it down."""
    requests = [
        {"service": c.service, "operation": c.operation, "params": as_json(c.params), "id": c.id}
        for c in wanted.calls
    ]
    return Draft(wanted.kind, wanted.name, "aws", tuple(requests))


def chain() -> Plan:
    """A definition and two jobs, the second of which waits for the first."""
    calls = [Call("batch", "RegisterJobDefinition", _DEFINITION)]
    for step, waits in (("one", []), ("two", ["one"])):
        params = {
            "jobName": Text((f"demo-{step}-", Ref("run"))),
            "jobQueue": "q",
            "jobDefinition": Ref("output:RegisterJobDefinition.jobDefinitionArn"),
            "dependsOn": [{"jobId": Ref(f"output:SubmitJob/{name}.jobId")} for name in waits],
        }
        calls.append(Call("batch", "SubmitJob", params, id=step))
    return Plan("batch", "demo", tuple(calls))


def main() -> None:
    session = Session(None, "us-east-1", sys.argv[1], read_seconds=2.0)
    for service in ("sagemaker", "batch", "s3", "sts"):  # made once, here: a child has only to call
        session.client(service)
    for service in ("sagemaker", "batch"):
        session.client(service, once=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(act(json.loads(line), session))
        status = os.waitpid(child, 0)[1]
        killed = os.WIFSIGNALED(status)
        answer = {"killed": killed, "code": None if killed else os.WEXITSTATUS(status)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
