"""CreateEndpoint on this machine: the model placed, served on loopback, until it is deleted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from awsml import catalog
from awsml.backends.local.control import Ask, Control, StopAsked, StoredWishes, give_up_if_asked
from awsml.backends.local.machine import machine_failed, usable_cores
from awsml.backends.local.python import chosen_python
from awsml.backends.local.refs import REGION, resolved_calls
from awsml.backends.local.serving.container import Container, ContainerTerms, free_port
from awsml.backends.local.serving.invocation import Server
from awsml.backends.local.serving.model import Model, placed_model, python_of, require_model
from awsml.backends.local.serving.pool import PoolTerms, WorkerPool
from awsml.backends.local.serving.process import Say
from awsml.backends.local.serving.thread import Serving
from awsml.backends.local.supervisor import Supervised, supervise
from awsml.backends.local.surroundings import inherited
from awsml.backends.local.terms import HERE, Workplace
from awsml.errors import AwsmlError, UsageError
from awsml.events import Event, Finished, Note, PhaseChanged, Started
from awsml.plan import Plan
from awsml.store.owner import this_process
from awsml.store.run import Draft, Run
from awsml.store.runs import RunStore
from awsml.units import counted

IN_SERVICE = "InService"
STARTUP_SECONDS = 240.0  # a container has four minutes to answer its first ping
GRACE_SECONDS = 30.0  # between SIGTERM and SIGKILL of a container that serves
_LOOK_SECONDS = 0.1
_COUNT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class ServingTerms:
    """How an endpoint runs here: what no request says. `response_seconds` is SageMaker's own."""

    python: str | None = None
    command: tuple[str, ...] = ()
    folder: Path = Path()  # that the command starts in
    port: int = 0
    startup_seconds: float | None = None
    response_seconds: float | None = None
    grace_seconds: float = GRACE_SECONDS
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LocalEndpoints:
    """Endpoints of one project. `base` is what relative paths start from."""

    state: Path
    base: Path
    terms: ServingTerms

    def create(self, plan: Plan, draft: Draft) -> Run:
        """A run on disk; one endpoint of a name at a time, and none whose files are missing."""
        require_model(_container(resolved_calls(plan, "run", self.base)))
        chosen_python(self.terms.python, self.base)
        with RunStore(self.state) as store:
            for run in store.find(kind="endpoint", backend="local", name=plan.name):
                if not run.over and run.watched:
                    raise UsageError(
                        f"endpoint {plan.name} is up already, as run {run.id}",
                        hint=f"delete it first: awsml endpoint delete {plan.name}",
                        slug="endpoint-exists",
                    )
            return store.create(draft, requests=lambda run: resolved_calls(plan, run, self.base))

    def supervised(self, run: Run) -> Supervised:
        """Starts it; attached until the viewer lets it go, so that a failed start ends here."""
        log = self.state / "runs" / run.id / "supervisor.log"

        def work(control: Control) -> Iterator[Event]:
            with RunStore(self.state) as store:
                store.hand_over(run.id, this_process(), detached=run.detached)
                wishes = StoredWishes(store, run.id, control)
                endpoint = LocalEndpoint(store, run, self.terms, wishes, self.base)
                yield from store.recording(run.id, endpoint.events())

        return supervise(work, log, attached=True)


class LocalEndpoint:
    """One endpoint, from its requests to its deletion."""

    def __init__(
        self,
        store: RunStore,
        run: Run,
        terms: ServingTerms,
        control: Control,
        base: Path,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._run, self._terms = store, run, terms
        self._control, self._base, self._clock = control, base, clock
        self._place = Workplace(store.folder)
        self._folder = store.folder_of(run.id)
        self._name = str(run.request("CreateEndpoint")["EndpointName"])
        self._variant = run.request("CreateEndpointConfig")["ProductionVariants"][0]
        self._container: Mapping[str, Any] = run.request("CreateModel")["PrimaryContainer"]

    def events(self) -> Iterator[Event]:
        """Creating, InService, Deleting. Errors end it as Failed and are raised again."""
        yield Started(self._run.id, HERE, self._name)
        try:
            yield from self._life()
        except StopAsked:
            yield Finished("Stopped", "deleted before it was in service", self._clock())
        except AwsmlError as error:
            yield Finished("Failed", error.message, self._clock())
            raise
        except OSError as error:
            failed = machine_failed(error)
            yield Finished("Failed", failed.message, self._clock())
            raise failed from error

    def _life(self) -> Iterator[Event]:
        yield PhaseChanged("Creating", self._clock())
        model = placed_model(self._container, self._folder, self._place.objects)
        serving = Serving(
            self._server_of(model),
            self._name,
            str(self._variant["VariantName"]),
            self._terms.port,
            int(catalog.limit("endpoint_payload_safe").value),
            self._clock,
        )
        yield from self._differences(model)
        serving.start()
        try:
            yield from self._until_healthy(serving)
            yield from self._until_asked(serving)
        finally:
            serving.stop(0.0)
            serving.join(self._terms.grace_seconds + 5)

    def _server_of(self, model: Model) -> Callable[[Say], Server]:
        variant, terms = self._variant, self._terms
        limit = float(catalog.limit("endpoint_response_seconds").value)
        response = terms.response_seconds or limit
        stated = variant.get("ContainerStartupHealthCheckTimeoutInSeconds", STARTUP_SECONDS)
        startup = terms.startup_seconds or float(stated)
        if terms.command:
            container = ContainerTerms(
                terms.command,
                terms.folder,
                self._environment("/usr/bin/python3", model),
                free_port(),
                startup,
                response,
            )
            return lambda say: Container(container, say)
        pool = self._pool_terms(model, startup, response)
        return lambda say: WorkerPool(pool, say)

    def _pool_terms(self, model: Model, startup: float, response: float) -> PoolTerms:
        if model.script is None:
            raise UsageError(
                "nothing here can serve this model: its image does not run on this machine",
                hint="add `model.code` with an inference script, or `local.command`",
                slug="handlers-missing",
            )
        environments = self._place.environments
        python = python_of(
            model,
            self._terms.python,
            self._base,
            environments,
            lambda: give_up_if_asked(self._control),
        )
        said = self._container.get("Environment", {})
        return PoolTerms(
            python=python,
            script=model.script,
            model=model.folder,
            environment=self._environment(python, model),
            workers=int(said.get("SAGEMAKER_MODEL_SERVER_WORKERS", usable_cores())),
            startup_seconds=startup,
            response_seconds=response,
            batch=int(said.get("SAGEMAKER_TS_BATCH_SIZE", 1)),
            wait_seconds=int(said.get("SAGEMAKER_TS_MAX_BATCH_DELAY", 10)) / 1000,
        )

    def _environment(self, python: str, model: Model) -> dict[str, str]:
        region = self._run.region or REGION
        return {
            **inherited(python, self._terms.environ),
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "SM_MODEL_DIR": str(model.folder),
            **self._container.get("Environment", {}),
        }

    def _differences(self, model: Model) -> Iterator[Event]:
        """What is not as on AWS, said once."""
        yield Note(f"the model is in /opt/ml/model, here in {model.folder}", "differs")
        kind = self._variant.get("InstanceType")
        yield Note(
            f"{kind} serves, here {counted(usable_cores(), 'core')} of this machine", "differs"
        )
        if self._run.request("RegisterScalableTarget"):
            yield Note("the count follows the load, here one instance serves", "differs")

    def _until_healthy(self, serving: Serving) -> Iterator[Event]:
        while not serving.port.done():
            yield from self._said(serving)
            give_up_if_asked(self._control)
            time.sleep(_LOOK_SECONDS)
        yield from self._said(serving)
        port = serving.port.result()
        url = f"http://127.0.0.1:{port}"
        self._store.add_figures(self._run.id, {"url": url, "endpoint": self._name})
        yield PhaseChanged(IN_SERVICE, self._clock(), url)

    def _until_asked(self, serving: Serving) -> Iterator[Event]:
        counted, ends = 0.0, ending_of(self._run)
        while (ask := self._control.asked()) is None and serving.alive:
            if ends is not None and self._clock() >= ends:
                yield Note("its time to live is over")
                ask = Ask.STOP
                break
            yield from self._said(serving)
            if time.monotonic() - counted > _COUNT_SECONDS:
                counted = time.monotonic()
                self._count(serving)
            time.sleep(_LOOK_SECONDS)
        self._count(serving)
        if ask is None:
            yield from self._said(serving)
            yield Finished("Failed", "what served the model has ended on its own", self._clock())
            return
        yield PhaseChanged("Deleting", self._clock())
        serving.stop(0.0 if ask is not Ask.STOP else self._terms.grace_seconds)
        while serving.alive:
            yield from self._said(serving)
            if self._control.asked() in (Ask.KILL, Ask.ABANDON):
                serving.stop(0.0)
            time.sleep(_LOOK_SECONDS)
        yield from self._said(serving)
        yield Finished("Stopped", "deleted", self._clock(), self._figures(serving))

    def _said(self, serving: Serving) -> Iterator[Event]:
        while not serving.said.empty():
            yield serving.said.get()

    def _count(self, serving: Serving) -> None:
        self._store.add_figures(self._run.id, self._figures(serving))

    def _figures(self, serving: Serving) -> dict[str, Any]:
        counts = serving.counts
        return {
            "invocations": counts.requests,
            "errors": counts.errors,
            "last_invocation": counts.last,
        }


def _container(requests: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    params = next(call["params"] for call in requests if call["operation"] == "CreateModel")
    container: Mapping[str, Any] = params["PrimaryContainer"]
    return container


def ending_of(run: Run) -> float | None:
    """When the schedule of its time to live deletes it, in seconds since 1970."""
    expression = str(run.request("CreateSchedule").get("ScheduleExpression", ""))
    if not expression.startswith("at("):
        return None
    moment = datetime.fromisoformat(expression.removeprefix("at(").removesuffix(")"))
    return moment.replace(tzinfo=UTC).timestamp()
