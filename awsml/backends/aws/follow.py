"""Follows anything on AWS to its end; a look that fails says nothing about the job."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from awsml.aws.refusals import AwsNotSent, AwsRefused, AwsSilent
from awsml.aws.session import Aws
from awsml.errors import BackendError
from awsml.events import Event, Finished, LogLine, Note
from awsml.store.run import Run
from awsml.store.runs import RunStore

POLL_SECONDS = 10.0
_PATIENCE_SECONDS = 900.0
_NEEDS_A_PERSON = frozenset(
    {"aws-credentials", "aws-credentials-expired", "aws-access-denied", "aws-clock"}
)


class Watch(Protocol):
    """Something that can be looked at; a look that ends with Finished is the last."""

    def look(self) -> Sequence[Event]: ...


@dataclass(frozen=True, slots=True)
class Known:
    """What has been told already: phases, log lines up to a time (None: none wanted), points.

    `subjects` are trials by label, each with the phase it was last seen in. `told` are phases
    with their details, in order.
    """

    phases: int = 0
    lines_until: float | None = 0.0
    points: frozenset[tuple[str, float]] = frozenset()
    subjects: Mapping[str, str | None] = field(default_factory=dict)
    told: tuple[tuple[str, str | None], ...] = ()
    clock: Callable[[], float] = time.time


def known_of(store: RunStore, run: Run) -> Known:
    """What the store holds of a run's present job, so that following it again repeats nothing."""
    last = store.logs(run.id, tail=1)
    points = frozenset((point.name, point.at) for point in store.series(run.id))
    told = tuple((phase.name, phase.detail) for phase in store.phases(run.id))
    phases = len(told) - run.remote.get("phases_before", 0)
    subjects = {child.label: child.phase for child in store.children(run.id) if child.label}
    until = last[0].at if last else 0.0
    return Known(phases, until, points, subjects, told, store.clock)


@dataclass(frozen=True, slots=True)
class Followed:
    """How to look after what a create call made; `remote` is what the store keeps of it."""

    watch: Callable[[Aws, Mapping[str, Any], Callable[[float], None], Known], Watch]
    stop: Callable[[Aws, Mapping[str, Any]], None]
    lines: Callable[[Aws, Mapping[str, Any], float | None, int | None], list[LogLine]]


class LostSight(BackendError):
    """The job may well go on; awsml cannot see it."""

    slug = "aws-lost-sight"


def follow(
    watch: Watch,
    run_id: str,
    *,
    every: float = POLL_SECONDS,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Event]:
    """Events until the end. What cannot be read is tried again for a quarter of an hour."""
    blind_since: float | None = None
    while True:
        try:
            events = watch.look()
        except (AwsSilent, AwsRefused, AwsNotSent) as error:
            _give_up_on(error, run_id, blind_since, clock())
            if blind_since is None:
                blind_since = clock()
                yield Note(f"{error.message}; the job goes on, trying again", "warning")
            sleep(every)
            continue
        if blind_since is not None:
            blind_since = None
            yield Note("AWS answers again")
        yield from events
        if events and isinstance(events[-1], Finished):
            return
        sleep(every)


def _give_up_on(error: BackendError, run_id: str, since: float | None, now: float) -> None:
    """Waiting does not mend credentials; and at some point a person should know."""
    needs_person = error.slug in _NEEDS_A_PERSON
    if needs_person or (since is not None and now - since > _PATIENCE_SECONDS):
        fix = f"{error.hint}; then " if error.hint else ""
        raise LostSight(
            f"{error.message}; the run goes on at AWS unseen",
            hint=f"{fix}follow it again: awsml logs -f {run_id}",
        ) from error
