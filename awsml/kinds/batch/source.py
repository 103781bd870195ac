"""How a job gets its code: Batch has no field for it, so a small wrapper fetches it first."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from awsml.kinds.batch.spec import BatchSpec
from awsml.kinds.kind import Context
from awsml.plan import Ref

COMMIT = Ref("commit")  # `source.ref` as it stands when the job is submitted
_LEAST = ("#", "\n")


@cache
def wrapper() -> str:
    """fetch.sh without its comments."""
    text = Path(__file__).with_name("fetch.sh").read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith(_LEAST))


def wrapped(spec: BatchSpec, command: list[str]) -> list[str]:
    """The command behind the wrapper, where there is something to fetch.

    `$0` names it in messages; the command travels as arguments, so that nothing is quoted again.
    """
    if spec.source is None or not command:
        return command
    return ["sh", "-c", wrapper(), "awsml-fetch", *command]


def source_environment(spec: BatchSpec, context: Context) -> dict[str, tuple[Any, str]]:
    """Variables of the wrapper with the field each comes from; the commit comes with the job."""
    source = spec.source
    if source is None:
        return {}
    if source.dir is not None:
        packed = Ref("code", context.local_path("source.dir", source.dir))
        return {"AWSML_SOURCE_ARCHIVE": (packed, "source.dir")}
    return {
        "AWSML_SOURCE_URL": (git_address(spec, context), "source.git"),
        "AWSML_SOURCE_REF": (source.ref, "source.ref"),
    }


def is_path(git: str) -> bool:
    return "://" not in git and not git.startswith("git@")


def git_address(spec: BatchSpec, context: Context) -> str:
    """A URL as it is; a path as a file:// address."""
    assert spec.source is not None and spec.source.git is not None
    git = spec.source.git
    if not is_path(git):
        return git
    return Path(context.local_path("source.git", git)).resolve().as_uri()
