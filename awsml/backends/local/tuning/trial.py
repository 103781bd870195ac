"""One trial: a training run in a thread of its own, told apart by its number."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

from awsml.backends.local.control import Ask, Wishes
from awsml.backends.local.terms import LocalTerms
from awsml.backends.local.training import run_training
from awsml.errors import AwsmlError
from awsml.events import Event, LogLine
from awsml.store.run import Run
from awsml.store.runs import RunStore

# (number of the trial, what happened); None is the last word of a trial.
Heard = tuple[int, Event | None]


class Trial:
    """Runs until it ends by itself or is asked to; events are stored before they are heard."""

    def __init__(
        self,
        number: int,
        run: Run,
        store: RunStore,
        terms: LocalTerms,
        base: Path,
        heard: SimpleQueue[Heard],
    ) -> None:
        self.number, self.run = number, run
        self._store, self._terms, self._base, self._heard = store, terms, base, heard
        self._wishes = Wishes()
        self._thread = threading.Thread(target=self._work, name=f"trial-{number}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask(self, ask: Ask) -> None:
        self._wishes.ask(ask)

    def join(self) -> None:
        """Until nothing of it is alive."""
        self._thread.join()

    def _work(self) -> None:
        try:
            for event in self._events():
                self._heard.put((self.number, event))
        except AwsmlError as error:  # the run has ended as Failed, and its message was heard
            self._store.add_figures(self.run.id, {"error": error.as_figure()})
        finally:
            self._heard.put((self.number, None))

    def _events(self) -> Iterator[Event]:
        running = run_training(self._store, self.run, self._terms, self._wishes, self._base)
        return self._store.recording(self.run.id, map(self._named, running))

    def _named(self, event: Event) -> Event:
        """A line says which trial printed it, as the streams of CloudWatch do."""
        if isinstance(event, LogLine):
            return replace(event, stream=f"{self.run.label}/{event.stream}")
        return event
