"""One attempt: its hosts from start to end, with limits, stop requests and reclaims."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from awsml.backends.local.control import Ask, Control
from awsml.backends.local.host import Ending, Host
from awsml.backends.local.interrupts import NOTICE_SECONDS
from awsml.backends.local.metrics import MetricFinder
from awsml.events import Event, Note, PhaseChanged

_TICK_SECONDS = 0.1
_AT_ONCE = (Ask.KILL, Ask.ABANDON)


class Why(StrEnum):
    """Why an attempt ended."""

    ENDED = "ended"  # by itself
    STOPPED = "stopped"
    ABANDONED = "abandoned"
    RUNTIME = "MaxRuntimeExceeded"
    WAIT = "MaxWaitTimeExceeded"
    RECLAIMED = "reclaimed"


@dataclass(frozen=True, slots=True)
class Limits:
    """When an attempt has to end, in seconds of training; None is never."""

    runtime_seconds: float
    wait_seconds: float | None
    reclaim_seconds: float | None
    reclaim_warned: bool
    grace_seconds: float


@dataclass(slots=True)
class Outcome:
    """How it went; `endings` by host."""

    why: Why = Why.ENDED
    seconds: float = 0.0
    ended: float = 0.0
    endings: dict[str, Ending] = field(default_factory=dict)

    @property
    def failed(self) -> tuple[str, Ending] | None:
        """The first host that did not end well."""
        bad = [(host, ending) for host, ending in self.endings.items() if not ending.ok]
        return bad[0] if bad else None


class Attempt:
    """Follows running hosts and yields what they print; `outcome` says how it ended."""

    def __init__(
        self,
        hosts: list[Host],
        metrics: MetricFinder,
        limits: Limits,
        control: Control,
        aside: Callable[[], Iterator[Event]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`aside` yields what happened beside the hosts, or raises what ends the attempt."""
        self._hosts = hosts
        self._metrics = metrics
        self._limits = limits
        self._control = control
        self._aside = aside
        self._clock = clock
        self._began = clock()
        self._kill_at: float | None = None
        self.outcome = Outcome()

    def events(self) -> Iterator[Event]:
        """Until every host has ended; none is left running, however this is left."""
        try:
            while running := [host for host in self._hosts if host.ending is None]:
                yield from self._heard(running)
                yield from self._aside()
                yield from self._limited()
                self._end_together()
        finally:
            for host in self._hosts:
                host.close()
            self.outcome.ended = self._clock()
            self.outcome.seconds = self.outcome.ended - self._began
            self.outcome.endings |= {h.name: h.ending for h in self._hosts if h.ending}

    def _heard(self, running: list[Host]) -> Iterator[Event]:
        """What came within a tick, from whichever host."""
        waiting = [number for host in running for number in (host.leash, host.output)]
        ready = select.select(waiting, [], [], _TICK_SECONDS)[0]
        for host in running:
            if host.leash in ready:
                host.hear()
                if host.ending is not None:
                    self.outcome.endings[host.name] = host.ending
            for line in host.lines(self._clock()):
                yield line
                yield from self._metrics.points(line)

    def _limited(self) -> Iterator[Event]:
        """Starts the end where it is due, and enforces it where the grace is over."""
        now, asked = self._clock(), self._control.asked()
        if self._kill_at is not None:
            if now >= self._kill_at or asked in _AT_ONCE:
                self._kill_at = now
                self._kill_all()
            return
        why = self._due(now - self._began, asked)
        if why is None:
            return
        self.outcome.why = why
        unannounced = why is Why.RECLAIMED and not self._limits.reclaim_warned
        if unannounced or asked in _AT_ONCE:
            self._kill_at = now
            self._kill_all()
            return
        grace = NOTICE_SECONDS if why is Why.RECLAIMED else self._limits.grace_seconds
        self._kill_at = now + min(grace, self._limits.grace_seconds)
        yield from self._begin_to_stop(why, now)

    def _due(self, seconds: float, asked: Ask | None) -> Why | None:
        limits = self._limits
        if asked is not None:
            return Why.ABANDONED if asked is Ask.ABANDON else Why.STOPPED
        if limits.reclaim_seconds is not None and seconds >= limits.reclaim_seconds:
            return Why.RECLAIMED
        if seconds >= limits.runtime_seconds:
            return Why.RUNTIME
        if limits.wait_seconds is not None and seconds >= limits.wait_seconds:
            return Why.WAIT
        return None

    def _begin_to_stop(self, why: Why, now: float) -> Iterator[Event]:
        """SIGTERM, and what it can be expected to do."""
        unheard = any(host.deaf_to_sigterm() for host in self._hosts if host.ending is None)
        for host in self._hosts:
            if host.ending is None:
                host.terminate()
        left = (self._kill_at or now) - now
        yield PhaseChanged("Stopping", now, f"SIGTERM ({why}); SIGKILL in {left:.0f} s")
        if unheard:
            yield Note(
                "a SIGTERM handler does not run: only PID 1 gets the signal, and here as on AWS "
                "that is the launcher of the script, which does not pass it on; save in time",
                "warning",
            )

    def _end_together(self) -> None:
        """A job ends when any of its hosts fails."""
        if self.outcome.failed and self._kill_at is None:
            self._kill_at = self._clock()
            self._kill_all()

    def _kill_all(self) -> None:
        for host in self._hosts:
            if host.ending is None:
                host.kill()
