"""A process that runs command lines of awsml, each in a fork, told by lines of JSON.

`python -m tests.campaign.victim` has everything imported once, so a try costs what awsml itself
does. Each case says what to run and where it is struck; see `Case` in driver.py.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
import os
import pkgutil
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.campaign.clock import WallClock
from tests.campaign.steps import ROLES, Counts, Steps, killer

_LOOK_SECONDS = 0.005
_READ_SECONDS = 1.0  # how long a victim waits for an answer of AWS


def main() -> None:
    clock = WallClock()
    clock.install()
    _import_everything()
    for line in sys.stdin:
        case = json.loads(line)
        if "system" in case:  # a command of the system, in this process's own mounts
            ran = subprocess.run(case["system"], capture_output=True, text=True, check=False)
            print(json.dumps({"code": ran.returncode, "said": ran.stderr}), flush=True)
            continue
        counts = Counts()
        child = os.fork()
        if child == 0:
            _become(case, counts, clock)
        answer = _awaited(child, case["deadline"])
        steps = {role: counts.of(role) for role in ROLES}
        print(json.dumps({**answer, "steps": steps, "struck": counts.struck}), flush=True)


def _import_everything() -> None:
    """What a command line imports, late or not; extras that are not installed stay away."""
    import awsml

    for module in pkgutil.walk_packages(awsml.__path__, "awsml."):
        if module.name.endswith("__main__") or ".templates." in module.name:
            continue
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(module.name)
    importlib.import_module("boto3.session")


def _become(case: Mapping[str, Any], counts: Counts, clock: WallClock) -> None:
    """The command line itself, from here on watched. Never returns."""
    code = 99
    try:
        os.setpgid(0, 0)
        os.chdir(case["folder"])
        os.environ.clear()
        os.environ.update(case["environ"])
        _redirect(case)
        if case["file_bytes"] is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (case["file_bytes"],) * 2)
        clock.ahead, clock.skips = case["ahead"], case["skips"]
        if case["skips"]:
            _skip_waits(clock)
        strike = _strike_of(case, counts, clock)
        Steps(counts, case["role"], case["at"], strike).watch()
        sys.argv = ["awsml", *case["words"]]
        from awsml.cli.main import run

        code = run()
    except BaseException:  # a defect: its trace is what the campaign is after
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _redirect(case: Mapping[str, Any]) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, name in ((1, "out"), (2, "err")):
        file = os.open(case[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, number)
    os.dup2(nothing, 0)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115


def _skip_waits(clock: WallClock) -> None:
    """Waiting for AWS takes no time; the fake's own clock moves when it is asked."""
    from awsml.cli import aws_run, session
    from awsml.cli.commands.endpoint import on_aws

    def sleep(_: Any, seconds: float) -> None:
        clock.sleep(seconds)

    aws_run.Attendant._sleep = sleep  # type: ignore[method-assign]
    impatient = functools.partial(session.Session, read_seconds=_READ_SECONDS)
    session.Session = impatient  # type: ignore[misc,assignment]
    endpoints = on_aws.AwsEndpoints
    on_aws.AwsEndpoints = functools.partial(endpoints, sleep=clock.sleep)  # type: ignore[misc]


def _strike_of(case: Mapping[str, Any], counts: Counts, clock: WallClock) -> Callable[[], None]:
    how = case["strike"]
    if how == "jump":

        def jump() -> None:
            clock.ahead += case["seconds"]

        return jump
    if how in ("int", "term"):
        number = signal.SIGINT if how == "int" else signal.SIGTERM
        return lambda: os.kill(counts.viewer, number)
    return killer(counts, how)


def _awaited(child: int, deadline: float) -> dict[str, Any]:
    """How the command line ended; one that does not is killed."""
    end = time.monotonic() + deadline
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return {"code": None, "signal": None, "late": True}
        time.sleep(_LOOK_SECONDS)
    code = os.waitstatus_to_exitcode(status)
    return {"code": max(code, 0), "signal": -code if code < 0 else None, "late": False}


if __name__ == "__main__":
    main()
