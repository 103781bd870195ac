"""What a rehearsed Spot reclaim cost: the training since the newest checkpoint in the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from awsml.backends.local.attempt import Outcome
from awsml.backends.local.checkpoints import CheckpointSync
from awsml.events import Note
from awsml.units import format_duration


@dataclass(frozen=True, slots=True)
class Reclaim:
    """One reclaim: seconds trained in the attempt, seconds lost, and what they are counted from."""

    trained_seconds: float
    lost_seconds: float
    checkpoint: str | None

    @property
    def text(self) -> str:
        trained, lost = format_duration(self.trained_seconds), format_duration(self.lost_seconds)
        if self.checkpoint is None:
            return f"reclaimed after {trained} of training: all of it is lost, no checkpoint"
        return f"reclaimed after {trained} of training: {lost} lost since {self.checkpoint}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def reclaimed(outcome: Outcome, sync: CheckpointSync) -> Reclaim:
    kept = sync.kept
    trained = round(outcome.seconds, 3)
    if kept is None:
        return Reclaim(trained, trained, None)
    lost = min(max(outcome.ended - kept.written, 0.0), trained)
    return Reclaim(trained, round(lost, 3), f"{sync.address}/{kept.name}")


def restart_note(sync: CheckpointSync) -> Iterator[Note]:
    """Whether the attempt after a reclaim made use of its checkpoint."""
    read = sync.read_since_restore()
    if read is False:
        yield Note(
            "the script did not read its checkpoint after the restart: it began anew", "warning"
        )
    elif read:
        yield Note("the script read its checkpoint after the restart")
