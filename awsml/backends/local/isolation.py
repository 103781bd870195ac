"""Which rung of the isolation ladder this machine lets us stand on; tried once per boot."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from awsml.backends.local.host import Host
from awsml.backends.local.inside.order import Isolation, Order
from awsml.errors import BackendError
from awsml.store.owner import boot_id

_OPT_ML = Path("/opt/ml")


def held_isolation(
    wanted: Isolation | None, state: Path, trees: Sequence[Path], stack: ExitStack
) -> Isolation:
    """The wanted rung, or the best one for hosts with these trees; the stack holds its link.

    Another job may make the link between our seeing that there is none and our making it.
    """
    isolation = wanted or best_isolation(state, len(trees))
    if isolation is Isolation.SYMLINK:
        try:
            stack.enter_context(OptMlLink(trees[0]))
        except BackendError:
            if wanted is not None:
                raise
            return Isolation.FOLDER
    return isolation


def best_isolation(state: Path, hosts: int) -> Isolation:
    """Namespaces where the kernel allows them; else a link for one host; else a plain folder."""
    if _namespaces_allowed(state):
        return Isolation.NAMESPACES
    free = not os.path.lexists(_OPT_ML) or _is_stale(_OPT_ML)
    linkable = os.access(_OPT_ML.parent, os.W_OK) and free
    return Isolation.SYMLINK if hosts == 1 and linkable else Isolation.FOLDER


class OptMlLink:
    """/opt/ml as a link to a host's tree, while a job of the symlink rung runs.

    A job holds a lock on its run's folder for as long, so that the link of one that was killed
    is known by nobody holding it, and taken over.
    """

    def __init__(self, tree: Path) -> None:
        self._tree = tree
        self._held: int | None = None

    def __enter__(self) -> None:
        run = _run_of(self._tree)
        run.mkdir(parents=True, exist_ok=True)
        self._held = _locked(run)
        try:
            if _is_stale(_OPT_ML):
                _OPT_ML.unlink()
            _OPT_ML.symlink_to(self._tree)
        except OSError as error:
            self._let_go()
            raise BackendError(
                f"cannot link /opt/ml: {error.strerror}",
                hint="wait for the run that uses it, or remove the link",
                slug="isolation-refused",
            ) from error

    def __exit__(self, *_: object) -> None:
        if _OPT_ML.is_symlink() and os.readlink(_OPT_ML) == str(self._tree):
            _OPT_ML.unlink()
        self._let_go()

    def _let_go(self) -> None:
        if self._held is not None:
            os.close(self._held)
            self._held = None


def _run_of(tree: Path) -> Path:
    """runs/ID, of runs/ID/hosts/HOST/ml."""
    return tree.parents[2]


def _is_stale(link: Path) -> bool:
    """Whether it leads to a run of awsml that no process carries out any more."""
    target = Path(os.readlink(link)) if link.is_symlink() else None
    if target is None or target.parts[-5:-4] != ("runs",):
        return False
    run = _run_of(target)
    if not run.exists():
        return True
    held = _locked(run)
    if held is not None:
        os.close(held)
    return held is not None


def _locked(folder: Path) -> int | None:
    """A descriptor that holds the folder's lock; None where another process does."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _namespaces_allowed(state: Path) -> bool:
    """Remembered until the next boot, for this user."""
    memory = state / "isolation.json"
    key = f"{boot_id()}/{os.geteuid()}"
    try:
        kept = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    if kept.get("key") != key:
        kept = {"key": key, "namespaces": _try_namespaces(state)}
        memory.write_text(json.dumps(kept), encoding="utf-8")
    return bool(kept["namespaces"])


def _try_namespaces(state: Path) -> bool:
    """Start `true` as a job would be started, in folders that are there to stay."""
    order = Order(
        command=("true",),
        environment={"PATH": os.defpath},
        folder="/opt/ml",
        isolation=Isolation.NAMESPACES,
        tree=str(state),
        hostname="algo-1",
        hosts_file=None,
        scratch=str(state / "mnt"),
        script=False,
    )
    host = Host("probe", order)
    try:
        host.wait_started()
    except BackendError:
        return False
    host.hear()
    host.close()
    return host.ending is not None and host.ending.ok
