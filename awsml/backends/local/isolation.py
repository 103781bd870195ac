"""Which rung of the isolation ladder this machine lets us stand on; tried once per boot."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from awsml.backends.local.host import Host
from awsml.backends.local.inside.order import Isolation, Order
from awsml.errors import BackendError

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
    linkable = os.access(_OPT_ML.parent, os.W_OK) and not os.path.lexists(_OPT_ML)
    return Isolation.SYMLINK if hosts == 1 and linkable else Isolation.FOLDER


class OptMlLink:
    """/opt/ml as a link to a host's tree, while a job of the symlink rung runs."""

    def __init__(self, tree: Path) -> None:
        self._tree = tree

    def __enter__(self) -> None:
        try:
            _OPT_ML.symlink_to(self._tree)
        except OSError as error:
            raise BackendError(
                f"cannot link /opt/ml: {error.strerror}",
                hint="wait for the run that uses it, or remove the link",
                slug="isolation-refused",
            ) from error

    def __exit__(self, *_: object) -> None:
        if _OPT_ML.is_symlink() and os.readlink(_OPT_ML) == str(self._tree):
            _OPT_ML.unlink()


def _namespaces_allowed(state: Path) -> bool:
    """Remembered until the next boot, for this user."""
    memory = state / "isolation.json"
    key = f"{_boot()}/{os.geteuid()}"
    try:
        kept = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    if kept.get("key") != key:
        kept = {"key": key, "namespaces": _try_namespaces()}
        memory.write_text(json.dumps(kept), encoding="utf-8")
    return bool(kept["namespaces"])


def _try_namespaces() -> bool:
    """Start `true` as a job would be started."""
    with tempfile.TemporaryDirectory(prefix="awsml-probe-") as folder:
        tree = Path(folder) / "ml"
        tree.mkdir()
        order = Order(
            command=("true",),
            environment={"PATH": os.defpath},
            folder="/opt/ml",
            isolation=Isolation.NAMESPACES,
            tree=str(tree),
            hostname="algo-1",
            hosts_file=None,
            scratch=f"{folder}/scratch",
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


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"
