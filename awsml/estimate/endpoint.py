"""What an instance sustains, how many are needed, and what a million requests cost.

Every limit is a rate of one instance: the link (baseline bandwidth over the larger payload), the
cores (cores over the processor time of a request), the devices (replicas over the time that a
batch takes). The least of them holds. Requests in flight are rate times latency (Little).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from awsml.basis import Basis, Estimate
from awsml.catalog import Instance
from awsml.estimate.devices import UNKNOWN_DEVICE, carried_over, device_ratio
from awsml.estimate.machine import BYTES_PER_GBPS
from awsml.units import HOURS_PER_MONTH
from awsml.workload.endpoint import EndpointWorkload, Seen

Constant = Callable[[str], float]

# What to tell where nothing says how fast a request is served.
UNMEASURED = ("observed.latency or observed.throughput of one instance",)
_SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests a second of one instance by what would limit it; absent is not known."""

    limits: Mapping[str, float]
    basis: Basis
    spread: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @property
    def sustained(self) -> Estimate:
        """The least of the limits; the link alone says nothing of how fast a model is."""
        serving = [rate for name, rate in self.limits.items() if name != "network"]
        if not serving:
            return Estimate.unknown("requests/s", *UNMEASURED)
        link = self.limits.get("network", math.inf)
        low, expected, high = (min(min(serving) * factor, link) for factor in self.spread)
        return Estimate(low, expected, high, "requests/s", self.basis)

    @property
    def limited_by(self) -> str | None:
        return min(self.limits, key=lambda name: self.limits[name], default=None)


def network_rate(one: Instance, work: EndpointWorkload, share: float) -> float | None:
    """x_net: what the baseline of one network card carries of the larger of both payloads."""
    size = max(work.payload_bytes or 0.0, work.response_bytes or 0.0)
    gbps = one.card_baseline_gbps
    if not size or gbps is None:
        return None
    return share * gbps * BYTES_PER_GBPS / size


def replicas(one: Instance) -> int:
    """One copy of the model for each device, or for each core where there is no device."""
    return one.accelerators or one.vcpus


def batch_latency(first: float, batch: int, most: float, exponent: float) -> float:
    """L(b) in seconds: one request takes `first`; `most` is the rate that large batches tend to.

    The fixed cost and the throughput bound are joined by a norm, so that L(1) = first and
    L(b) tends to (b - 1) / most.
    """
    return float((first**exponent + ((batch - 1) / most) ** exponent) ** (1 / exponent))


def seen_rates(work: EndpointWorkload, here: Instance, constant: Constant) -> Rates:
    """The limits of the type that was measured."""
    seen, limits = work.seen, dict[str, float]()
    if seen.throughput is not None:
        limits["measured"] = seen.throughput
    elif seen.latency_seconds is not None:
        limits |= _served(work, here, constant("batch_latency_exponent"))
    rate, busy = seen.requests_per_second, seen.signals.get("cpu")
    if seen.throughput is None and rate and busy:
        limits["cpu"] = rate / busy
    link = network_rate(here, work, constant("endpoint_network_share"))
    if link is not None:
        limits["network"] = link
    basis = Basis.MEASURED if seen.throughput is not None else Basis.DERIVED
    return Rates(limits, basis)


def _served(work: EndpointWorkload, here: Instance, exponent: float) -> Iterator[tuple[str, float]]:
    """x_gpu(b): with batches the device's own rate bounds; without, each replica serves one."""
    latency = work.seen.latency_seconds or 0.0
    lanes = replicas(here)
    most = device_rate(work.seen)
    seconds = latency
    if work.batch > 1 and most is not None:
        seconds = batch_latency(latency, work.batch, most / lanes, exponent)
    batch = work.batch if most is not None else 1
    yield "serving", lanes * batch / seconds


def device_rate(seen: Seen) -> float | None:
    """Requests a second at which the devices would be full."""
    busy = seen.signals.get("gpu")
    rate = seen.requests_per_second
    return rate / busy if busy and rate else None


def rates_on(
    one: Instance, work: EndpointWorkload, here: Instance | None, constant: Constant
) -> Rates:
    """The limits of another type, carried over from the one that was measured."""
    if here is not None and one.name == here.name:
        return seen_rates(work, here, constant)
    share = constant("endpoint_network_share")
    link = network_rate(one, work, share)
    own = {} if link is None else {"network": link}
    if here is None:
        return _from_cores(one, work, own)
    known = {k: v for k, v in seen_rates(work, here, constant).limits.items() if k != "network"}
    cores = one.vcpus / here.vcpus
    lanes = replicas(one) / replicas(here)
    if _kind(one) != _kind(here):
        return Rates(own, Basis.ASSUMED)  # no ratio is known, and the model may have to be compiled
    scaled = {name: rate * (cores if name == "cpu" else lanes) for name, rate in known.items()}
    same = _device(one) == _device(here)
    if same:
        return Rates({**scaled, **own}, Basis.ESTIMATED)
    ratio = device_ratio(one, here, constant("device_rate_margin"))
    spread = carried_over(ratio, device_share(known, work.seen))
    return Rates({**scaled, **own}, Basis.ASSUMED, spread)


def device_share(limits: Mapping[str, float], seen: Seen) -> float | None:
    """How much of its time a device works while the machine serves all it can."""
    full = device_rate(seen)
    return min(1.0, min(limits.values()) / full) if limits and full else None


def _from_cores(one: Instance, work: EndpointWorkload, own: Mapping[str, float]) -> Rates:
    """Measured on a machine that is no AWS type: cores carry over, devices do not."""
    seen = work.seen
    rate = seen.throughput or (seen.latency_seconds and (seen.cores or 0) / seen.latency_seconds)
    if not rate or not seen.cores or one.accelerators:
        return Rates(own, Basis.ASSUMED)
    return Rates({"cores": rate * one.vcpus / seen.cores, **own}, Basis.ASSUMED, UNKNOWN_DEVICE)


def _kind(one: Instance) -> str:
    return "gpu" if one.gpus else "device" if one.accelerators else "cores"


def _device(one: Instance) -> str:
    return one.accelerator.name if one.accelerator else one.architecture


def instances_needed(rate: float, sustained: float, safety: float) -> int:
    """ceil(peak / (0.5 x*)), as the guide on load tests has it."""
    return max(1, math.ceil(rate / (safety * sustained)))


def per_million(usd_per_month: Estimate, requests_per_second: float, mean_share: float) -> Estimate:
    """Dollars of a million requests at the mean rate of a month."""
    millions = requests_per_second * mean_share * _SECONDS_PER_MONTH / 1e6
    if millions <= 0:
        return Estimate.unknown("USD", "traffic.requests_per_second above 0")
    return usd_per_month.scaled(1 / millions, "USD")


def in_flight(rate: float, latency_seconds: float) -> float:
    """Little's law: requests being served at a time."""
    return rate * latency_seconds


def gb_per_month(work: EndpointWorkload) -> Estimate | None:
    """Payloads both ways in a month, in GB."""
    size = (work.payload_bytes or 0.0) + (work.response_bytes or 0.0)
    if not size or not work.requests_per_second:
        return None
    moved = size * work.requests_per_second * work.mean_share * _SECONDS_PER_MONTH / 1e9
    return Estimate.exact(moved, "GB", Basis.DERIVED)
