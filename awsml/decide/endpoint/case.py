"""What the decisions about an endpoint rest on: load, what was seen, machine, prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from awsml import catalog
from awsml.basis import Basis, Estimate
from awsml.catalog import Instance
from awsml.decide.decision import Grounds
from awsml.errors import AwsmlError
from awsml.estimate.bottleneck import signals_of
from awsml.estimate.cost_lines import product
from awsml.estimate.endpoint import Rates, rates_on, replicas
from awsml.estimate.fleet import Fleet
from awsml.finding import Confidence, Finding, Level
from awsml.readers.metric_files import read_metrics, utilisation_in
from awsml.readers.metrics import Utilisation
from awsml.readers.served import Served, read_served
from awsml.units import HOURS_PER_MONTH
from awsml.workload.endpoint import EndpointWorkload


def constant(name: str) -> float:
    return float(catalog.constant(name).value)


@dataclass(frozen=True, slots=True)
class Case:
    """One endpoint as it stands. `here` is the type it is compiled to, `measured_on` the one
    that figures were seen on; None where the catalogue knows no such type."""

    work: EndpointWorkload
    here: Instance | None
    measured_on: Instance | None
    region: str | None
    running: Estimate  # instances in the mean of a month
    fleet: Fleet | None = None  # the same by the course of the load
    problems: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def rate(self) -> float | None:
        return self.work.requests_per_second

    @property
    def share_of_gpu(self) -> float | None:
        return self.work.seen.signals.get("gpu")

    def rates(self, one: Instance) -> Rates:
        return rates_on(one, self.work, self.measured_on, constant)

    def price(self, one: Instance, component: str = "hosting") -> Estimate:
        """An hour of one instance, with what is missing where unknown."""
        name = one.name if component == "ec2" else one.ml_name
        found = catalog.price(component, name, self.region) if self.region else None
        if found is None:
            where = self.region or "a region"
            return Estimate.unknown("USD/hour", f"a price of {name} for {component} in {where}")
        return found.estimate()

    def month(self, one: Instance | None) -> Estimate:
        """Dollars a month of as many of a type as run of the one in force."""
        if one is None:
            return Estimate.unknown("USD", f"a price of {self.work.instance}")
        return product(self.price(one), self.running, "USD").scaled(HOURS_PER_MONTH)

    @property
    def lanes(self) -> int | None:
        """Requests that an instance serves at a time."""
        machine = self.measured_on
        return self.work.workers or (replicas(machine) if machine else self.work.seen.cores)


def case_of(work: EndpointWorkload, grounds: Grounds) -> Case:
    """The scenario's figures, those of its file, and the catalogue's word on the machine."""
    on = catalog.instance(work.seen.instance)
    work, problems, findings = _with_file(work, on, grounds)
    region = grounds.region or work.region
    count = Estimate.exact(float(work.count), "instance", Basis.DOCUMENTED)
    here = catalog.instance(work.instance)
    return Case(work, here, on, region, count, problems=problems, findings=findings)


def _with_file(
    work: EndpointWorkload, on: Instance | None, grounds: Grounds
) -> tuple[EndpointWorkload, tuple[str, ...], tuple[Finding, ...]]:
    """Figures of `observed.file`; a typed one wins over a read one."""
    if work.seen_file is None or grounds.local_path is None:
        return work, (), ()
    path = grounds.local_path("observed.file", work.seen_file)
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
        told = told_by(text, path, on, work.count)
    except OSError as error:
        return work, (), (_unreadable(f"{path} cannot be read: {error.strerror}"),)
    except AwsmlError as error:
        line = f"{path}:{error.where.line}: " if error.where else ""
        return work, (), (_unreadable(f"{line}{error.message}", error.hint),)
    seen, served = work.seen, told.served
    typed = {name: value for name, value in seen.signals.items() if value is not None}
    seen = replace(
        seen,
        signals={**told.signals, **typed},
        latency_seconds=seen.latency_seconds or served.latency_seconds,
        overhead_seconds=seen.overhead_seconds or served.overhead_seconds,
        requests_per_second=seen.requests_per_second or served.requests_per_second,
    )
    return replace(work, seen=seen), told.problems, tuple(_doubtful(told.problems))


@dataclass(frozen=True, slots=True)
class Told:
    """What a file says of machines and of requests."""

    signals: Mapping[str, float | None]
    served: Served
    problems: tuple[str, ...]


def told_by(text: str, file: str, on: Instance | None, count: int) -> Told:
    """Of a machine of type `on`; what is counted of all requests, `count` of them shared."""
    served = read_served(text, file, count)
    cores, gpus = (on.vcpus, on.gpus) if on else (None, None)
    used = utilisation_in(text, file, cores, gpus)
    if used is None:
        used = Utilisation({}) if served.known else read_metrics(text, file, cores, gpus)
    signals = {n: v for name, values in used.series.items() for n, v in signals_of(name, values)}
    return Told(signals, served, (*used.problems, *served.problems))


def _unreadable(message: str, hint: str | None = None) -> Finding:
    hint = hint or "name a CSV or JSON file of utilisation"
    return Finding(
        "observed-unreadable", Level.ERROR, message, hint, Confidence.VERIFIED, field="observed"
    )


def _doubtful(problems: Iterable[str]) -> Iterable[Finding]:
    for problem in problems:
        yield Finding(
            "observed-doubtful",
            Level.WARNING,
            problem,
            "check the file, and `observed.on`",
            Confidence.INFERRED,
            field="observed",
        )
