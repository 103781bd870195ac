"""How a job runs on this machine: what no AWS request says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from awsml.backends.local.inside.order import Isolation
from awsml.backends.local.interrupts import Interrupt
from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.objects import Store

HERE = "on this machine"
GRACE_SECONDS = 120.0  # what SageMaker gives between SIGTERM and SIGKILL
CUT_SECONDS = 2.0  # the same for a trial that a search stops early, to have the time it saves


@dataclass(frozen=True, slots=True)
class LocalTerms:
    """`python` runs scripts; `environ` is what of awsml's own environment a job may inherit.

    `expected_seconds` is how long training is thought to take here, for `--interrupt 50%`.
    `elsewhere` opens the store that s3:// channels are read from, instead of the project's own.
    """

    python: str | None = None
    grace_seconds: float = GRACE_SECONDS
    cut_seconds: float = CUT_SECONDS
    interrupt: Interrupt | None = None
    isolation: Isolation | None = None
    expected_seconds: float | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Callable[[], Store] | None = None


@dataclass(frozen=True, slots=True)
class Workplace:
    """Folders of a project's `.awsml` that running jobs use."""

    state: Path

    @property
    def objects(self) -> ObjectFolder:
        """What answers to s3:// on this machine."""
        return ObjectFolder(self.state / "s3")

    @property
    def environments(self) -> Path:
        return self.state / "envs"
