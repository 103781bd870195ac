"""Rows about instance types: what one is made of, what it costs, and when it would pay."""

from __future__ import annotations

from typing import NamedTuple

from awsml.advice import Alternative
from awsml.catalog import Instance
from awsml.decide.saving import TIE_SHARE
from awsml.decide.training.evidence import Evidence, hourly_price, setting_of
from awsml.estimate.breakdown import compute_seconds, decode_limit
from awsml.estimate.rates import Case
from awsml.estimate.training import dollars
from awsml.units import format_duration, format_rate, format_usd


class Candidate(NamedTuple):
    """A type that could do the job, and its hourly price in the region."""

    instance: Instance
    usd_per_hour: float

    @property
    def name(self) -> str:
        return self.instance.ml_name


def own_row(here: Instance, evidence: Evidence) -> Alternative:
    return Alternative(
        here.ml_name,
        "impossible" if here.retired else "chosen",
        f"{_made_of(here)}; {because(here, evidence)}",
        evidence.usd,
        evidence.billed,
    )


def measured_row(one: Candidate, evidence: Evidence) -> Alternative | None:
    """What the same job cost on a type on which it has run."""
    billed = evidence.elsewhere.get(one.name)
    if billed is None:
        return None
    price = hourly_price(one.name, evidence.region)
    usd, here = dollars(billed, price, evidence.workload.count), evidence.usd.expected
    made = f"{_made_of(one.instance)}; {format_usd(one.usd_per_hour)} an hour"
    took = f"took {format_duration(billed.expected or 0.0)} before: {format_usd(usd.expected or 0)}"
    if here is None or usd.expected is None:
        verdict = "unknown"
    elif abs(usd.expected - here) <= TIE_SHARE * here:
        verdict = "equal"
    else:
        verdict = "better" if usd.expected < here else "worse"
    return Alternative(one.name, verdict, f"{made}; {took}", usd, billed)


def row(one: Candidate, evidence: Evidence) -> Alternative:
    """Without a rate of its own a type can only say at which rate it would pay."""
    made = f"{_made_of(one.instance)}; {format_usd(one.usd_per_hour)} an hour"
    price = evidence.usd_per_hour.expected
    if price is None:
        return Alternative(one.name, "unknown", made)
    share = one.usd_per_hour / price
    rate = evidence.workload.samples_per_second
    limit = _decodes(one, evidence)
    if rate is None:
        epoch = compute_seconds(evidence.workload)
        time = f" of under {format_duration(epoch / share)}" if epoch else ""
        pays = f"pays with an epoch{time} ({1 / share:.2f} times the time here)"
        return Alternative(one.name, "unknown", f"{made}; {pays}")
    pays = f"pays above {format_rate(rate * share)} samples/s: measure one epoch"
    if limit is not None and limit < rate * share:
        cores = f"its {one.instance.vcpus} cores decode at most {format_rate(limit)} samples/s"
        return Alternative(
            one.name, "worse", f"{made}; {cores}, and it pays above {format_rate(rate * share)}"
        )
    return Alternative(one.name, "unknown", f"{made}; {pays}")


def because(here: Instance, evidence: Evidence) -> str:
    if here.life is not None and here.retired:
        return f"{here.ml_name} is {here.life.status}: {here.life.note}"
    epoch = _usd_per_epoch(evidence)
    price = evidence.usd_per_hour.expected
    hourly = "unknown" if price is None else f"{format_usd(price)} an hour"
    return f"{hourly}, {format_usd(epoch)} an epoch" if epoch is not None else hourly


def _made_of(one: Instance) -> str:
    device = ""
    if one.accelerator is not None:
        device = f"{one.accelerators} x {one.accelerator.name} {one.accelerator_gib or 0:.0f} GiB, "
    disk = f"{one.disk_gb} GB NVMe" if one.disk_gb else "EBS only"
    return f"{device}{one.vcpus} cores, {one.card_baseline_gbps or 0:g} Gbps, {disk}"


def _usd_per_epoch(evidence: Evidence) -> float | None:
    expected, price = evidence.expected, evidence.usd_per_hour.expected
    if expected is None or expected.epochs is None or price is None:
        return None
    each = expected.epochs / (evidence.workload.epochs or 1.0)
    return each * price * evidence.workload.count / 3600


def _decodes(one: Candidate, evidence: Evidence) -> float | None:
    setting = setting_of(one.name, evidence.rates)
    if setting is None:
        return None
    return decode_limit(evidence.workload, setting.machine, evidence.rates.at(Case.FAST))
