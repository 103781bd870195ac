"""The strategy of a request: what suggests, what stops, and what earlier searches know."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from awsml.backends.local.tuning.job import Definition, TuningJob
from awsml.backends.local.tuning.standing import entry_of
from awsml.errors import UsageError
from awsml.events import Note
from awsml.search.grid_search import GridSearch
from awsml.search.hyperband import Hyperband
from awsml.search.median_rule import MedianRule
from awsml.search.random_search import RandomSearch
from awsml.search.tpe_search import TpeSearch
from awsml.search.trial import Search, Stopping, Tried
from awsml.store.runs import RunStore
from awsml.units import counted


def search_of(job: TuningJob, definition: Definition, run_id: str) -> Search:
    """Without a seed in the request the run's id is one, so that going on is going on."""
    seed = zlib.crc32(run_id.encode()) if job.seed is None else job.seed
    if job.strategy == "Grid":
        return GridSearch(definition.space)
    if job.strategy == "Bayesian":
        search = TpeSearch(definition.space, seed, definition.maximize)
        search.suggest(1, [])  # says now what is not installed
        return search
    return RandomSearch(definition.space, seed)


def stopping_of(job: TuningJob) -> tuple[Stopping, str] | None:
    """The rule that ends bad trials, with its name."""
    maximize = job.definitions[0].maximize
    if job.strategy == "Hyperband":
        least, most = job.resources
        return Hyperband(maximize, least, most), "hyperband"
    return (MedianRule(maximize), "median") if job.stops_early else None


def parents_of(job: TuningJob, store: RunStore) -> tuple[list[Tried], list[Note]]:
    """Trials of earlier runs here; a parent that is only on AWS teaches nothing here."""
    known: list[Tried] = []
    notes: list[Note] = []
    for name in job.parents:
        try:
            parent = store.get(name)
        except UsageError:
            notes.append(Note(f"the parent {name} is no run here, and is left out", "warning"))
            continue
        found = [entry_of(child, job.definitions[0], store) for child in store.children(parent.id)]
        tried = [entry.tried() for entry in found if entry.objective is not None]
        known_here = counted(len(tried), "trial")
        notes.append(Note(f"known from the start: {known_here} of {parent.id}"))
        known += tried
    return known, notes


def differs(job: TuningJob) -> Iterator[Note]:
    """What AWS would do otherwise with the same request."""
    if job.strategy == "Bayesian":
        said = "Bayesian search is a Gaussian process of AWS's own: its suggestions will differ"
        yield Note(said, "differs")
    if any("CheckpointConfig" in each.members for each in job.definitions):
        yield Note(
            "each trial keeps its checkpoints in a folder of its own; AWS documents no such "
            "separation, so let the script write below its TRAINING_JOB_NAME",
            "differs",
        )
    if job.detects_convergence:
        yield Note("convergence is judged by AWS only; here all trials run", "differs")
