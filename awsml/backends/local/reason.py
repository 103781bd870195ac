"""FailureReason as SageMaker words it."""

from __future__ import annotations

from awsml.backends.local.host import Ending
from awsml.backends.local.layout import HostFolder

LONGEST = 1024  # characters of the failure file that AWS shows, and of the whole reason


def failure_reason(folder: HostFolder, ending: Ending, hosts: int, host: str) -> str:
    """What the failure file says, and the exit code."""
    try:
        with folder.failure.open(encoding="utf-8", errors="replace") as file:
            said = file.read(LONGEST).strip()
    except OSError:
        said = ""
    where = f" on {host}" if hosts > 1 else ""
    code = f"exit code: {ending.exit_code}{where}"
    if ending.signal == 9 and not said:
        said = "killed by SIGKILL, as when memory runs out"
    room = LONGEST - len(f"AlgorithmError: , {code}")
    return f"AlgorithmError: {said[:room]}, {code}"
