"""A ref of a Git repository as the commit that it stands for now."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping

from awsml.errors import BackendError, UsageError
from awsml.finding import Place

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_PASSWORD = re.compile(r"//[^/\s]*@")
_SECONDS = 60


class RefMissing(UsageError):
    """The repository has no such branch, tag or commit."""

    slug = "git-ref-missing"


class RepositoryUnreadable(BackendError):
    """The repository did not answer, or wants a password."""

    slug = "git-unreadable"


def commit_of(
    address: str, ref: str, environ: Mapping[str, str], written: Place | None = None
) -> str:
    """Asks the repository; a full commit is taken as it is. `written` is where the ref stands."""
    if _COMMIT.fullmatch(ref):
        return ref
    found = _refs(address, environ)
    for name in (ref, f"refs/heads/{ref}", f"refs/tags/{ref}^{{}}", f"refs/tags/{ref}"):
        if name in found:
            return found[name]
    known = [name.removeprefix("refs/heads/") for name in found if name.startswith("refs/heads/")]
    listed = ", ".join(known[:8]) or "none"
    raise RefMissing(
        f"{_shown(address)} has no branch or tag `{ref}`",
        hint=f"set `source.ref` to one of its branches ({listed}), a tag, or a full commit",
        where=written,
    )


def _refs(address: str, environ: Mapping[str, str]) -> dict[str, str]:
    try:
        answer = subprocess.run(
            ["git", "ls-remote", "--", address],
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
            env={**environ, "GIT_TERMINAL_PROMPT": "0"},
        )
    except FileNotFoundError as error:
        raise RepositoryUnreadable(
            "there is no `git` on this machine to ask for the commit",
            hint="install git, or set `source.ref` to a full commit",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise RepositoryUnreadable(
            f"{_shown(address)} did not answer within {_SECONDS} s", hint="check the network"
        ) from error
    if answer.returncode:
        said = _shown((answer.stderr.strip().splitlines() or ["no answer"])[-1])
        raise RepositoryUnreadable(
            f"{_shown(address)} cannot be read: {said}",
            hint="check `source.git`, and that git can read it: git ls-remote " + _shown(address),
        )
    rows = (line.split("\t", 1) for line in answer.stdout.splitlines() if "\t" in line)
    return {name: commit for commit, name in rows}


def _shown(address: str) -> str:
    """Without a password that may stand in it."""
    return _PASSWORD.sub("//", address)
