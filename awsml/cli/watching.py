"""Watches a supervised run: draws its events, and asks what Ctrl-C shall mean."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from awsml.backends.local.control import Ask
from awsml.backends.local.supervisor import Supervised
from awsml.cli.live import View
from awsml.cli.output import ask_what_then, say
from awsml.events import Finished


class Watcher:
    """While it watches, Ctrl-C stops the run, or asks on a terminal; a second one kills."""

    def __init__(self, running: Supervised, view: View, run: str) -> None:
        self._running, self._view, self._run = running, view, run
        self._stopping = False
        self._busy = self._pending = False  # a signal between two writes has to wait

    def watch(self) -> Finished | None:
        """How the run ended; None when it goes on detached."""
        before = signal.signal(signal.SIGINT, self._interrupted)
        end = None
        try:
            for event in self._running.events():
                self._busy = True
                self._view.show(event)
                self._busy = False
                if self._pending:
                    self._decide()
                if isinstance(event, Finished):
                    end = event
        finally:
            signal.signal(signal.SIGINT, before)
            self._view.close()
        return end

    def _interrupted(self, _: int, __: FrameType | None) -> None:
        """In the middle of a write nothing else can be written: it is answered after."""
        self._pending = True
        if not self._busy:
            self._decide()

    def _decide(self) -> None:
        while self._pending:
            self._pending, self._busy = False, True
            self._answered()
            self._busy = False

    def _answered(self) -> None:
        self._view.close()
        if self._stopping:
            say("killing")
            self._running.ask(Ask.KILL)
            return
        answer = self._answer() if sys.stdin.isatty() and sys.stderr.isatty() else "s"
        if answer == "d":
            self._running.detach()
            say(f"run {self._run} goes on; follow it: awsml logs -f {self._run}")
        elif answer == "s":
            self._stopping = True
            say("stopping; press Ctrl-C again to kill at once")
            self._running.ask(Ask.STOP)

    def _answer(self) -> str:
        """A second Ctrl-C at the question means stop."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        text = ask_what_then("s")
        signal.signal(signal.SIGINT, self._interrupted)
        return text
