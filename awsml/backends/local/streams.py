"""Pipe channels of an attempt: feeders that start before the hosts and end after them."""

from __future__ import annotations

import queue
from collections.abc import Iterator, Mapping
from types import TracebackType

from awsml.backends.local.job import Channel, TrainingJob
from awsml.backends.local.layout import HostFolder, channels_of
from awsml.backends.local.staging import Staging
from awsml.errors import AwsmlError
from awsml.events import Note
from awsml.storage.objects import Store
from awsml.storage.pipe import PipeChannel


class Streams:
    """All feeders of all hosts, and what they have to say."""

    def __init__(
        self, job: TrainingJob, folders: Mapping[str, HostFolder], staging: Staging
    ) -> None:
        self._said: queue.SimpleQueue[str | AwsmlError] = queue.SimpleQueue()
        self._stores: list[Store] = []
        self._started: list[PipeChannel] = []
        self._pipes = [
            self._pipe(channel, host, folder, staging)
            for host, folder in folders.items()
            for channel in channels_of(job, host)
            if channel.mode == "Pipe"
        ]

    def __enter__(self) -> Streams:
        try:
            for pipe in self._pipes:
                pipe.start()
                self._started.append(pipe)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._stop()

    @property
    def bytes(self) -> int:
        return sum(pipe.progress.bytes for pipe in self._pipes)

    def said(self) -> Iterator[Note]:
        """Notes since the last look; data that cannot be delivered is raised."""
        while not self._said.empty():
            thing = self._said.get()
            if isinstance(thing, AwsmlError):
                raise thing
            yield Note(thing)

    def _pipe(
        self, channel: Channel, host: str, folder: HostFolder, staging: Staging
    ) -> PipeChannel:
        """A feeder with a store of its own."""
        store, address = staging.source(channel)
        self._stores.append(store)
        return PipeChannel(
            staging.data(channel, host, store, address),
            store,
            folder.tree / "input" / "data",
            on_failure=self._said.put,
            on_note=self._said.put,
        )

    def _stop(self) -> None:
        for pipe in self._started:
            pipe.stop()
        for store in self._stores:
            store.close()
