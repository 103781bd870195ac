"""CreateTrainingJob on this machine: stage, train, upload, through any number of reclaims."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from awsml.backends.local.artifacts import store_artifacts
from awsml.backends.local.attempt import Attempt, Limits, Outcome, Why
from awsml.backends.local.checkpoints import CheckpointSync
from awsml.backends.local.control import Ask, Control, StopAsked, give_up_if_asked
from awsml.backends.local.differences import differences, refuse_what_cannot_run
from awsml.backends.local.inside.order import Order
from awsml.backends.local.instances import Instances
from awsml.backends.local.isolation import held_isolation
from awsml.backends.local.job import TrainingJob, training_job
from awsml.backends.local.layout import HostFolder
from awsml.backends.local.losses import Reclaim, reclaimed, restart_note
from awsml.backends.local.machine import machine_failed
from awsml.backends.local.metrics import MetricFinder
from awsml.backends.local.python import chosen_python
from awsml.backends.local.reason import failure_reason
from awsml.backends.local.refs import REGION
from awsml.backends.local.terms import HERE, LocalTerms, Workplace
from awsml.errors import AwsmlError
from awsml.events import Event, Finished, Note, PhaseChanged, Started
from awsml.storage.server.server import ObjectServer
from awsml.store.run import Run
from awsml.store.runs import RunStore


def run_training(
    store: RunStore, run: Run, terms: LocalTerms, control: Control, base: Path
) -> Iterator[Event]:
    """Carries out a run's CreateTrainingJob; a tuning trial is a child run with its own request.

    `base` is the folder that relative paths of `terms` start from.
    """
    job = training_job(run.request("CreateTrainingJob"), run.region or REGION)
    return LocalTraining(store, run, job, terms, control, base, store.clock).events()


@dataclass
class _Progress:
    """What has happened to a job so far, over all its attempts."""

    attempts: int = 0
    trained_seconds: float = 0.0
    staged_bytes: int = 0
    reclaims: list[Reclaim] = field(default_factory=list)
    artifacts: dict[str, str] = field(default_factory=dict)


class LocalTraining:
    """One training job, from its request to its artifacts."""

    def __init__(
        self,
        store: RunStore,
        run: Run,
        job: TrainingJob,
        terms: LocalTerms,
        control: Control,
        base: Path,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._run, self._job = store, run, job
        self._terms, self._control, self._base, self._clock = terms, control, base, clock
        self._place = Workplace(store.folder)
        self._folder = store.folder_of(run.id)
        self._progress = _Progress()

    def events(self) -> Iterator[Event]:
        """The whole run. Errors end it as Failed and are raised again."""
        yield Started(self._run.id, HERE, self._job.name)
        try:
            with ExitStack() as stack:
                yield from self._run_through(stack)
        except StopAsked as stop:
            why = Why.ABANDONED if stop.ask is Ask.ABANDON else Why.STOPPED
            yield self._finished(*_ENDS[why], None)
        except AwsmlError as error:
            yield self._finished("Failed", error.message, None)
            raise
        except OSError as error:
            broken = machine_failed(error, ", then go on with --resume")
            yield self._finished("Failed", broken.message, None)
            raise broken from error

    def _run_through(self, stack: ExitStack) -> Iterator[Event]:
        yield PhaseChanged("Starting", self._clock())
        self._step("start", request=self._job.name)
        refuse_what_cannot_run(self._job)
        trees = [HostFolder(self._folder / "hosts" / host).tree for host in self._job.hosts]
        isolation = held_isolation(self._terms.isolation, self._store.folder, trees, stack)
        yield from differences(self._job, isolation, self._terms)
        metrics = stack.enter_context(closing(MetricFinder(self._job.metrics)))
        python = chosen_python(self._terms.python, self._base)
        endpoint = stack.enter_context(ObjectServer(self._place.objects)).url
        instances = Instances(
            self._job,
            self._folder,
            self._place,
            isolation,
            python,
            endpoint,
            self._terms,
            lambda: give_up_if_asked(self._control),
        )
        outcome = yield from self._attempts(instances, metrics)
        yield from self._close(outcome, instances)

    def _attempts(
        self, instances: Instances, metrics: MetricFinder
    ) -> Generator[Event, None, Outcome]:
        """Attempts until one is not reclaimed, whose outcome it is."""
        interrupt = self._terms.interrupt
        times = interrupt.times(self._terms.expected_seconds) if interrupt else []
        while True:
            number = self._progress.attempts
            reclaim = times[number] if number < len(times) else None
            outcome = yield from self._attempt(instances, metrics, reclaim)
            if outcome.why is not Why.RECLAIMED:
                if len(self._progress.reclaims) < len(times):
                    yield Note("the job was over before the rehearsed reclaim came", "warning")
                return outcome

    def _attempt(
        self, instances: Instances, metrics: MetricFinder, reclaim: float | None
    ) -> Generator[Event, None, Outcome]:
        """Fresh hosts, their data and checkpoints, and the training itself."""
        self._progress.attempts += 1
        yield PhaseChanged("Downloading", self._clock(), self._attempt_detail())
        self._step("stage", attempt=self._progress.attempts)
        orders = yield from instances.prepared()
        folders = [folder.tree / "checkpoints" for folder in instances.folders.values()]
        with closing(CheckpointSync(self._job.checkpoint, folders, self._place.objects)) as sync:
            if restored := sync.restore():
                yield Note(f"{restored} checkpoint objects restored from {self._job.checkpoint}")
            outcome = yield from self._trained(instances, orders, metrics, sync, reclaim)
            yield from self._after_attempt(outcome, sync)
        return outcome

    def _trained(
        self,
        instances: Instances,
        orders: list[Order],
        metrics: MetricFinder,
        sync: CheckpointSync,
        reclaim: float | None,
    ) -> Generator[Event, None, Outcome]:
        """From the start of the hosts to the end of the last one."""
        yield PhaseChanged("Training", self._clock(), self._attempt_detail())
        self._step("train", attempt=self._progress.attempts)
        with ExitStack() as stack:
            streams = stack.enter_context(instances.streams())
            hosts = instances.started(orders)
            limits = self._limits(reclaim)
            attempt = Attempt(hosts, metrics, limits, self._control, streams.said, self._clock)
            sync.start()
            stack.callback(sync.stop, last_look=False)
            yield from attempt.events()
            instances.staged_bytes += streams.bytes
        self._progress.trained_seconds += attempt.outcome.seconds
        return attempt.outcome

    def _after_attempt(self, outcome: Outcome, sync: CheckpointSync) -> Iterator[Event]:
        """What the attempt leaves: its last checkpoints, or the account of a reclaim."""
        unannounced = outcome.why is Why.RECLAIMED and not (
            self._terms.interrupt and self._terms.interrupt.warned
        )
        if not unannounced:
            sync.stop(last_look=True)
        if sync.trouble:
            yield Note(sync.trouble, "warning")
        if self._progress.reclaims:
            yield from restart_note(sync)
        if outcome.why is Why.RECLAIMED:
            account = reclaimed(outcome, sync)
            self._progress.reclaims.append(account)
            yield PhaseChanged("Interrupted", outcome.ended)
            yield Note(account.text, "info" if account.checkpoint else "warning")
            self._step("interrupted", attempt=self._progress.attempts)

    def _limits(self, reclaim: float | None) -> Limits:
        """What is left of the request's limits; waiting counts over all attempts."""
        wait = self._job.wait_seconds
        trained = self._progress.trained_seconds
        return Limits(
            self._job.runtime_seconds - trained,
            None if wait is None else wait - trained,
            reclaim,
            bool(self._terms.interrupt and self._terms.interrupt.warned),
            self._terms.grace_seconds,
        )

    def _close(self, outcome: Outcome, instances: Instances) -> Iterator[Event]:
        """Artifacts are kept however the job ended, as on AWS."""
        yield PhaseChanged("Uploading", self._clock())
        self._step("upload")
        self._progress.staged_bytes = instances.staged_bytes
        self._progress.artifacts = store_artifacts(
            self._job, instances.folders.values(), self._place.objects, self._folder / "scratch"
        )
        self._step("finish")
        failed = outcome.failed
        if outcome.why in _ENDS:
            yield self._finished(*_ENDS[outcome.why], outcome)
        elif failed is not None:
            host, ending = failed
            reason = failure_reason(instances.folders[host], ending, len(instances.folders), host)
            yield self._finished("Failed", reason, outcome)
        else:
            yield self._finished("Completed", None, outcome)

    def _finished(self, status: str, reason: str | None, outcome: Outcome | None) -> Finished:
        progress = self._progress
        figures: dict[str, Any] = {
            "attempts": progress.attempts,
            "training_seconds": round(progress.trained_seconds, 3),
            "downloaded_bytes": progress.staged_bytes,
            "artifacts": progress.artifacts,
        }
        if outcome is not None:
            codes = {host: ending.exit_code for host, ending in outcome.endings.items()}
            figures["exit_codes"] = codes
        if progress.reclaims:
            figures["reclaims"] = [account.as_json() for account in progress.reclaims]
        return Finished(status, reason, self._clock(), figures)

    def _attempt_detail(self) -> str | None:
        number = self._progress.attempts
        return f"attempt {number}" if number > 1 else None

    def _step(self, name: str, **detail: Any) -> None:
        self._store.journal(self._run.id, name, **detail)


_ENDS = {
    Why.STOPPED: ("Stopped", "stopped by the user"),
    Why.ABANDONED: ("Interrupted", "the awsml process it was attached to is gone"),
    Why.RUNTIME: ("Stopped", "MaxRuntimeExceeded: the job ran longer than MaxRuntimeInSeconds"),
    Why.WAIT: ("Stopped", "MaxWaitTimeExceeded: the job took longer than MaxWaitTimeInSeconds"),
}
