"""Runs a plan's calls on this machine: one executor per API operation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from awsml.backends.local.batch.run import run_batch
from awsml.backends.local.control import Control, StoredWishes
from awsml.backends.local.presence import require_files
from awsml.backends.local.python import chosen_python
from awsml.backends.local.refs import resolved_calls
from awsml.backends.local.supervisor import Supervised, supervise
from awsml.backends.local.terms import LocalTerms, Workplace
from awsml.backends.local.training import run_training
from awsml.backends.local.tuning.tuner import run_tuning
from awsml.errors import AwsmlError, UsageError
from awsml.events import Event
from awsml.plan import Plan
from awsml.store.clock import SteadyClock
from awsml.store.owner import this_process
from awsml.store.run import Draft, Run, Status
from awsml.store.runs import RunStore
from awsml.store.schema import StoreError

_STARTS = {"training": "awsml train", "tuning": "awsml hpo", "batch": "awsml batch submit"}
Executor = Callable[[RunStore, Run, LocalTerms, Control, Path], Iterator[Event]]

EXECUTORS: Mapping[str, Executor] = {
    "CreateTrainingJob": run_training,
    "CreateHyperParameterTuningJob": run_tuning,
    "SubmitJob": run_batch,
}


@dataclass(frozen=True, slots=True)
class LocalBackend:
    """Local runs of one project. `base` is what relative paths start from."""

    state: Path
    base: Path
    terms: LocalTerms

    def create(self, plan: Plan, draft: Draft) -> Run:
        """A run on disk, its requests as they will be carried out; none where files are missing."""
        chosen_python(self.terms.python, self.base)
        require_files(resolved_calls(plan, "run", self.base), Workplace(self.state).objects)
        with RunStore(self.state) as store:
            return store.create(draft, requests=lambda run: resolved_calls(plan, run, self.base))

    def take_up(self, name: str, *, detached: bool) -> Run:
        """An ended run, to go on with from its checkpoint."""
        with RunStore(self.state) as store:
            run = store.get(name)
            refuse_resume(run)
            if not store.take(run.id, this_process(), detached=detached):
                raise UsageError(f"run {run.id} is running", hint=f"awsml logs -f {run.id}")
            store.add_figures(run.id, {"error": None})
            return store.get(run.id)

    def execute(self, store: RunStore, run: Run, control: Control) -> Iterator[Event]:
        """Runs it in this process; every event is stored before it is passed on.

        An error that ends it is kept with the run: its hint is wanted again later.
        """
        executor = executor_of(run)
        try:
            yield from store.recording(run.id, executor(store, run, self.terms, control, self.base))
        except AwsmlError as error:
            with suppress(StoreError):  # of a full disk; the error itself is what counts
                store.add_figures(run.id, {"error": error.as_figure()})
                if not store.get(run.id).over:
                    store.settle(run.id, Status.FAILED, error.message)
            raise

    def supervised(self, run: Run, *, detached: bool) -> Supervised:
        """Runs it in a supervisor, attached to this process or not."""
        log = self.state / "runs" / run.id / "supervisor.log"

        def work(control: Control) -> Iterator[Event]:
            # SQLite connections must not cross a fork
            with RunStore(self.state, SteadyClock()) as store:
                store.hand_over(run.id, this_process(), detached=detached)
                yield from self.execute(store, run, StoredWishes(store, run.id, control))

        return supervise(work, log, attached=not detached)


def executor_of(run: Run) -> Executor:
    """What carries out the run's first call that this machine can carry out."""
    for call in run.requests:
        if call["operation"] in EXECUTORS:
            return EXECUTORS[call["operation"]]
    asked = ", ".join(call["operation"] for call in run.requests) or "nothing"
    raise UsageError(
        f"{asked} cannot run on this machine", hint="run it with --on aws", slug="not-local"
    )


def refuse_resume(run: Run) -> None:
    if run.backend != "local":
        raise UsageError(f"run {run.id} is on AWS", hint="add --on aws", slug="nothing-to-resume")
    if run.status is Status.COMPLETED:
        raise UsageError(
            f"run {run.id} is complete",
            hint=f"start a new one: {_STARTS.get(run.kind, 'awsml train')}",
            slug="nothing-to-resume",
        )
