"""Where the next trial comes from: one that was left behind, else what the strategy suggests."""

from __future__ import annotations

from collections.abc import Sequence

from awsml.backends.local.refs import REGION
from awsml.backends.local.tuning.standing import (
    Entry,
    Standing,
    number_of,
    seconds_until_killed,
)
from awsml.backends.local.tuning.strategy import search_of
from awsml.search.trial import LABEL, Tried
from awsml.store.owner import this_process
from awsml.store.run import Draft, Run
from awsml.store.runs import RunStore


class Supply:
    """Makes one trial after the other; each is a run in the store before anybody sees it."""

    def __init__(
        self,
        store: RunStore,
        search: Run,
        standing: Standing,
        left: Sequence[Run],
        parents: Sequence[Tried],
    ) -> None:
        """`left` are trials to go on with; `parents` are trials of earlier searches."""
        self._store, self._search, self._standing = store, search, standing
        self._job, self._left, self._parents = standing.job, list(left), parents
        definitions = self._job.definitions
        self._searches = {id(each): search_of(self._job, each, search.id) for each in definitions}
        for run in left:
            entry = standing.entries[number_of(run)]
            before = entry.seconds_before + seconds_until_killed(run, store)
            entry.begin_again(before, kept="CheckpointConfig" in run.request("CreateTrainingJob"))

    def next(self) -> tuple[Entry, Run] | None:
        """None when there is nothing more to try."""
        if self._left:
            return self._again(self._left.pop(0))
        number = self._standing.next_number()
        if self._job.trials is not None and number > self._job.trials:
            return None
        definition = self._job.definition_of(number)
        known = [*self._parents, *self._standing.history(definition)]
        position = (number - 1) // len(self._job.definitions) + 1
        setting = self._searches[id(definition)].suggest(position, known)
        if setting is None:
            return None
        run = self._store.create(self._draft(number, setting))
        entry = self._standing.entries[number] = Entry(number, run.id, setting)
        return entry, run

    def _draft(self, number: int, setting: dict[str, str]) -> Draft:
        label, operation = f"{LABEL}{number:03d}", "CreateTrainingJob"
        params = self._job.definition_of(number).request(self._job.name, number, setting)
        return Draft(
            kind="training",
            name=f"{self._search.name}/{label}",
            backend="local",
            requests=({"service": "sagemaker", "operation": operation, "params": params},),
            scenario=self._search.scenario,
            region=self._search.region or REGION,
            parent=self._search.id,
            label=label,
        )

    def _again(self, run: Run) -> tuple[Entry, Run]:
        """A trial that was interrupted, with its own setting and from its checkpoint."""
        entry = self._standing.entries[number_of(run)]
        self._store.take(run.id, this_process(), detached=False)
        figures = {"stopped_by": None, "seconds_before": entry.seconds_before}
        self._store.add_figures(run.id, figures)
        return entry, self._store.get(run.id)
