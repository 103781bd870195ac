"""Load on an endpoint on AWS: shown and agreed to first, then sent from threads."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from awsml import catalog
from awsml.api import Planned
from awsml.aws.refusals import AwsRefused
from awsml.aws.session import Session
from awsml.backends.aws.endpoint import IN_SERVICE, AwsEndpoints
from awsml.backends.local.load.bench import Asked
from awsml.backends.local.load.point import Load, Outcome
from awsml.cli.output import agree, say
from awsml.cli.project import Project
from awsml.cli.session import announced
from awsml.errors import AwsmlError, BackendError
from awsml.store.runs import RunStore
from awsml.units import format_usd

_THREADS = 64
_SEED = 7
_DRAIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Served:
    """What stands behind the endpoint while it is measured."""

    instance: str
    count: int


def aws_measure(
    project: Project, work: Planned, asked: Asked, *, yes: bool
) -> tuple[Served, Callable[[Load], Outcome]]:
    """Its cost and the bounds first; nothing is sent before they are agreed to."""
    session = announced(project, work.plan.name, work.plan.region, pool=_THREADS)
    served = _served(project, session, work.plan.name)
    say(_told_cost(served, asked, session.region))
    agree("Send this load to AWS?", yes)
    return served, lambda load: Invoker(session, work.plan.name).measured(load)


def _served(project: Project, session: Session, name: str) -> Served:
    """By AWS, because the scenario may have moved on since it was deployed."""
    with RunStore(project.state) as store:
        endpoints = AwsEndpoints(session, store)
        described = endpoints.described(name)
        config = described and endpoints.config_of(described)
    if described is None or config is None:
        raise BackendError(
            f"there is no endpoint `{name}` in {session.region}",
            hint="make it first: awsml endpoint deploy --on aws",
            slug="no-such-endpoint",
        )
    if described["EndpointStatus"] != IN_SERVICE:
        raise BackendError(
            f"endpoint {name} is {described['EndpointStatus']}, not {IN_SERVICE}",
            hint="wait until it is in service: awsml status",
            slug="endpoint-not-in-service",
        )
    now = described["ProductionVariants"][0].get("CurrentInstanceCount")
    variant = config["ProductionVariants"][0]
    count = int(now or variant.get("InitialInstanceCount", 1))
    return Served(str(variant.get("InstanceType", "serverless")), count)


def _told_cost(served: Served, asked: Asked, region: str) -> str:
    """What it costs while it is up, and the most that the payloads of the load may add."""
    hour = catalog.price("hosting", served.instance, region)
    up = "an unknown price" if hour is None else f"{format_usd(served.count * float(hour.usd))}/h"
    bounds = f"at most {asked.most_requests:,} requests within {asked.most_seconds:g} s"
    told = f"{served.count} x {served.instance} cost {up} while up; {bounds}"
    price = catalog.storage_price("sagemaker-endpoint-data-in-out", region)
    if price is None:
        return f"{told}; payloads are billed by the GB"
    largest = max(len(body) for _, body in asked.bodies)
    usd = float(price.usd) * asked.most_requests * largest / 1e9
    return f"{told}: {format_usd(usd)} for what goes in, and ${price.usd} for a GB of answers"


class Invoker:
    """One load, by InvokeEndpoint from threads: the latencies of a network allow no more."""

    def __init__(self, session: Session, endpoint: str) -> None:
        self._session, self._endpoint = session, endpoint
        self._lock = threading.Lock()
        self._latencies: list[float] = []
        self._late: list[float] = []
        self._errors: Counter[str] = Counter()

    def measured(self, load: Load) -> Outcome:
        self._session.client("sagemaker-runtime", once=True)  # made once, before the threads
        began = time.monotonic()
        end = began + load.seconds
        due = self._arrivals(load, began)
        count = min(load.concurrency or _THREADS, _THREADS)
        workers = [
            threading.Thread(target=self._work, args=(load, due, end), daemon=True)
            for _ in range(count)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        seconds = time.monotonic() - began
        return Outcome(load, seconds, self._latencies, dict(self._errors), self._late)

    def _arrivals(self, load: Load, began: float) -> Iterator[float | None]:
        """When each request is due, by a Poisson process; None is at once. Taken under the lock."""
        chance, moment = random.Random(_SEED), began
        for _ in range(load.most_requests):
            if load.rate:
                moment += chance.expovariate(load.rate)
            yield moment if load.rate else None

    def _work(self, load: Load, due: Iterator[float | None], end: float) -> None:
        """Each asks at least once; what was due in time is still asked, but not for ever."""
        asked = False
        while True:
            with self._lock:
                moment = next(due, end)
            now = time.monotonic()
            if (moment is None and now >= end and asked) or (moment is not None and moment >= end):
                return
            asked = True
            if moment is not None and now >= end + _DRAIN_SECONDS:
                with self._lock:
                    self._errors["not sent in time"] += 1
                continue
            if moment is not None:
                time.sleep(max(0.0, moment - now))
            self._one(load, moment)

    def _one(self, load: Load, due: float | None) -> None:
        """Counted from when it was due, so that a late start is part of what a client waits."""
        began = time.monotonic()
        error = self._error_of(load)
        ended = time.monotonic()
        with self._lock:
            if due is not None:
                self._late.append(max(0.0, began - due))
            if error is None:
                self._latencies.append(ended - (began if due is None else due))
            else:
                self._errors[error] += 1

    def _error_of(self, load: Load) -> str | None:
        params = {
            "EndpointName": self._endpoint,
            "ContentType": load.content_type,
            "Body": load.body,
        }
        try:
            answer = self._session.send_once("sagemaker-runtime", "InvokeEndpoint", params)
            answer["Body"].read()
        except AwsRefused as refused:
            return refused.code
        except AwsmlError as broken:
            return broken.slug
        return None
