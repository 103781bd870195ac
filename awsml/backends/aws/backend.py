"""Runs a plan on AWS: uploads, sends each call at most once, follows, and goes on after a crash."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from awsml.aws.session import Aws
from awsml.backends.aws.batch import BATCH
from awsml.backends.aws.batch_arrays import narrowed
from awsml.backends.aws.batch_queue import refuse_missing_queues
from awsml.backends.aws.creation import CREATIONS
from awsml.backends.aws.endpoint_watch import ENDPOINT
from awsml.backends.aws.fallback import has_preferences, on_instance
from awsml.backends.aws.follow import POLL_SECONDS, Followed, Known, Watch, follow, known_of
from awsml.backends.aws.journal import ATTEMPT, WrittenCall, last_call
from awsml.backends.aws.refs import Resolver
from awsml.backends.aws.submission import Submission
from awsml.backends.aws.training import TRAINING, TrainingJob, find_training_job, lacked_capacity
from awsml.backends.aws.tuning import TUNING, TuningJob, TuningWatch, find_tuning_job
from awsml.backends.aws.tuning_budget import BudgetWatch
from awsml.backends.aws.unsent import Unsent, key_of, unsent
from awsml.backends.aws.uploads import Upload, send_all, uploads_of
from awsml.backends.budget import Budget
from awsml.errors import UsageError
from awsml.events import Event, Finished, LogLine, Note, Started
from awsml.plan import Call, Plan
from awsml.store.run import Draft, Run, Status
from awsml.store.runs import RunStore

# What looks after the thing that a run's last create call made.
FOLLOWED: Mapping[str, Followed] = {
    "CreateTrainingJob": TRAINING,
    "CreateHyperParameterTuningJob": TUNING,
    "SubmitJob": BATCH,
    "CreateEndpoint": ENDPOINT,
}


@dataclass(frozen=True, slots=True)
class AwsBackend:
    """One project's runs on one account and region."""

    aws: Aws
    store: RunStore
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    every: float = POLL_SECONDS

    def start(self, run: Run, plan: Plan, uploads: Sequence[Upload]) -> Iterator[Event]:
        """Say where, upload what is missing, send the calls."""
        resolver = Resolver(self.aws, run.id, uploads)
        yield Started(run.id, self.where(), run.name)
        refuse_missing_queues(self.aws, plan)
        yield from send_all(self.aws, plan.calls, resolver.uploads, resolver.default_bucket)
        for call in plan.calls:
            yield from self._carry_out(run.id, call, resolver)

    def follow(
        self,
        run: Run,
        after: float | None = None,
        child: str | None = None,
        *,
        attended: bool = False,
    ) -> Iterator[Event]:
        """Events of a run that was sent, until it ends; log lines `after` a time.

        Of a `child` such as `train:3` only its own: its end is not that of the run. A search that
        is `attended` is stopped when its dollars are used.
        """
        run = self.store.get(run.id)
        if rest := unsent(self.store, run):
            raise UsageError(
                f"of run {run.id} {rest.told(run)}",
                hint=f"awsml batch submit --resume {run.id}",
                slug="jobs-not-sent",
            )
        known = known_of(self.store, run)
        if after is not None:
            known = replace(known, lines_until=after)
        watch = self._watch(run, known, child)
        if attended and isinstance(watch, TuningWatch):
            watch = BudgetWatch(watch, Budget.of(run.predicted), lambda: self.stop(run), self.clock)
        return follow(watch, run.id, every=self.every, clock=self.clock, sleep=self.sleep)

    def attend(
        self, run: Run, plan: Plan, uploads: Sequence[Upload], fallback: Sequence[str] = ()
    ) -> Iterator[Event]:
        """Start and follow; where AWS lacks capacity, try the next instance type.

        Only an attached run can do that: AWS accepts the job and fails it minutes later. AWS's
        own InstancePreferences do it better, but not with Spot.
        """
        yield from self.start(run, plan, uploads)
        end = yield from self._until_end(run)
        for instance in () if has_preferences(plan) else fallback:
            if not lacked_capacity(end):
                break
            yield Note(f"{end.reason} The next attempt takes {instance}.", "warning")
            attempt = yield from self._again(run, on_instance(plan, instance), uploads, instance)
            end = yield from self._until_end(run)
            self.store.settle(attempt.id, Status(end.status), end.reason)
        yield end

    def resume(self, run: Run) -> Iterator[Event]:
        """Settle what a crash left in doubt, send what it left unsent, then follow."""
        yield from self.settle(run)
        yield from self.follow(run, attended=True)

    def settle(self, run: Run) -> Iterator[Event]:
        """Find out whether AWS has the run, and send what it has not."""
        call = last_call(self.store, run.id)
        if call is None and not run.remote and not unsent(self.store, run):
            raise UsageError(
                f"run {run.id} was never sent to AWS",
                hint="start it anew: awsml train --on aws",
                slug="nothing-to-resume",
            )
        if call is not None and call.answer is None:
            call = replace(call, answer=self._submission(call.sender).settle(call))
        self._recover(run, call)
        yield Started(run.id, self.where(), run.name)
        yield from self._send_rest(run)

    def _send_rest(self, run: Run) -> Iterator[Event]:
        """The calls after the one at which an earlier process ended."""
        rest = unsent(self.store, run)
        if not rest:
            return
        yield Note(f"{rest.told(run)}; sending them now")
        uploads = uploads_of(rest.plan.calls)
        resolver = Resolver(self.aws, run.id, uploads, dict(rest.answers), self.clock)
        yield from send_all(self.aws, rest.plan.calls, uploads, resolver.default_bucket)
        for call in rest.plan.calls:
            yield from self._carry_out(run.id, call, resolver)

    def refresh(self, run: Run) -> Run:
        """Ask AWS how a run stands, and write down what is new; nothing is sent."""
        call = last_call(self.store, run.id)
        if call is not None and call.answer is None:
            call = replace(call, answer=self._submission(call.sender).look(call))
        self._recover(run, call)
        run = self.store.get(run.id)
        if run.over or not run.remote:
            return run
        known = replace(known_of(self.store, run), lines_until=None)
        rest = unsent(self.store, run)
        for event in self._watch(run, known).look():
            done = isinstance(event, Finished) and event.status == Status.COMPLETED
            if not (rest and done):  # what was sent having ended well is no end
                self.store.record(run.id, event)
        if rest:
            self._tell_unsent(run, rest)
        return self.store.get(run.id)

    def _tell_unsent(self, run: Run, rest: Unsent) -> None:
        """Once, however often one looks."""
        told = f"{rest.told(run)}: awsml batch submit --resume {run.id}"
        if told not in {note.text for note in self.store.notes(run.id)}:
            self.store.record(run.id, Note(told, "warning"))

    def adopt(self, name: str) -> Run | None:
        """Take a job that awsml did not start into the store, to look after it like a run."""
        kinds: dict[str, Callable[[Aws, str], TrainingJob | TuningJob | None]] = {
            "training": find_training_job,
            "tuning": find_tuning_job,
        }
        for kind, find in kinds.items():
            job = find(self.aws, name)
            if job is None:
                continue
            request = job.request()
            run = self.store.create(Draft(kind, name, "aws", (request,), region=self.aws.region))
            self._remember(run.id, request["operation"], request["params"], {"Arn": job.arn})
            return self.refresh(self.store.get(run.id))
        return None

    def logs(
        self, run: Run, since: float | None, tail: int | None, child: str | None = None
    ) -> list[LogLine]:
        """What the containers of a run printed; nothing where AWS refused it."""
        if not run.remote:
            return []
        remote = narrowed(run.remote, child) if child else run.remote
        return self._followed(run).lines(self.aws, remote, since, tail)

    def stop(self, run: Run) -> None:
        """Ask AWS to stop what the run started; what was not sent stays so."""
        self._followed(run).stop(self.aws, run.remote)
        if unsent(self.store, run):
            self.store.settle(run.id, Status.STOPPED, "stopped on request")

    def where(self) -> str:
        return f"on AWS account {self.aws.identity().account}, {self.aws.region}"

    def _carry_out(self, run_id: str, call: Call, resolver: Resolver) -> Iterator[Event]:
        """One call. The tag is that of the resolver's run: `run_id` itself, or an attempt."""
        params = resolver.call(call)
        if call.operation in CREATIONS:
            answer = self._submission(resolver.run_id).send(call.operation, params)
            self._remember(run_id, call.operation, params, answer)
        else:
            self.store.journal(resolver.run_id, f"call {call.operation}", params=params)
            answer = self.aws.call(call.service, call.operation, params)
            self.store.journal(resolver.run_id, f"called {call.operation}", answer=answer)
        resolver.answers[key_of(call)] = answer
        yield Note(f"AWS accepted {call.operation} {_named(params)}".rstrip())

    def _submission(self, sender: str) -> Submission:
        return Submission(self.aws, self.store, sender, self.sleep, self.clock)

    def _remember(
        self, run_id: str, operation: str, params: Mapping[str, Any], answer: Mapping[str, Any]
    ) -> None:
        name = CREATIONS[operation].name(params)
        remote = {
            "operation": operation,
            "name": name,
            "account": self.aws.identity().account,
            "region": self.aws.region,
            "answer": dict(answer),
            "phases_before": len(self.store.phases(run_id)),
        }
        if operation == "SubmitJob":  # merged with those before
            remote["jobs"] = {name: answer["jobId"]}
            remote["labels"] = {name: self._label(run_id, name)}
        self.store.add_remote(run_id, remote)

    def _label(self, run_id: str, name: str) -> str:
        """The step that a job is, as people know it; `job` where it is the only one."""
        step = name.removesuffix(f"-{run_id}").removeprefix(self.store.get(run_id).name)
        return step.strip("-") or "job"

    def _recover(self, run: Run, call: WrittenCall | None) -> None:
        """A crash may come between AWS's answer and the note of where the run is."""
        if call is None or call.answer is None or call.operation not in FOLLOWED:
            return
        if run.remote.get("name") != call.name:
            self._remember(run.id, call.operation, call.params, call.answer or {})

    def _until_end(self, run: Run) -> Generator[Event, None, Finished]:
        """Everything but the end, which is the value of this generator."""
        for event in self.follow(run, attended=True):
            if isinstance(event, Finished) and event.subject is None:
                return event
            yield event
        raise AssertionError("a followed run ends with Finished")

    def _again(
        self, run: Run, plan: Plan, uploads: Sequence[Upload], instance: str
    ) -> Generator[Event, None, Run]:
        attempt = self.store.child(run.id, ATTEMPT + instance)
        resolver = Resolver(self.aws, attempt.id, uploads)
        for call in plan.calls:
            yield from self._carry_out(run.id, call, resolver)
        return attempt

    def _watch(self, run: Run, known: Known, child: str | None = None) -> Watch:
        followed = self._followed(run)
        remote = narrowed(run.remote, child) if child else run.remote
        return followed.watch(self.aws, remote, self.sleep, known)

    def _followed(self, run: Run) -> Followed:
        followed = FOLLOWED.get(run.remote.get("operation", ""))
        if followed is None:
            raise UsageError(
                f"run {run.id} has nothing on AWS to look after",
                hint=f"awsml status {run.id}",
                slug="nothing-to-follow",
            )
        return followed


def _named(params: Mapping[str, Any]) -> str:
    names = (value for key, value in params.items() if key.lower().endswith("name"))
    return next((value for value in names if isinstance(value, str)), "")
