"""The constants of the time model as numbers, at the fast end, as expected and at the slow end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from enum import Enum

from awsml.basis import Basis, Fact, weakest


class Case(Enum):
    """Which end of every constant a calculation takes; the value is the sign of its error."""

    FAST = -1
    EXPECTED = 0
    SLOW = 1


@dataclass(frozen=True, slots=True)
class Rates:
    """Seconds, bytes a second, and shares; one field per catalogue constant `training-...`."""

    provision_seconds: float
    image_pull_seconds: float
    builtin_image_pull_seconds: float
    container_start_seconds: float
    download_fixed_seconds: float
    mount_seconds: float
    file_object_seconds: float
    list_object_seconds: float
    fuse_object_seconds: float
    lustre_object_seconds: float
    get_latency_seconds: float
    warm_up_seconds: float
    upload_seconds: float
    connection_speed: float
    stream_speed: float
    stream_connections: float
    local_disk_speed: float
    ebs_share: float
    network_share: float
    page_cache_share: float
    burst_minutes: float
    decode_speed: float
    augmentation_factor: float
    gp2_small_speed: float
    gp2_large_speed: float
    gp2_small_gib: float
    gp2_large_gib: float
    lustre_speed_per_tib: float


DELAYS = frozenset(field.name for field in fields(Rates) if field.name.endswith("_seconds")) | {
    "augmentation_factor"
}
DOCUMENTED_SIZES = frozenset({"gp2_small_gib", "gp2_large_gib"})


@dataclass(frozen=True, slots=True)
class RateTable:
    """The facts behind the rates; a measured fact can stand in for a constant."""

    facts: Mapping[str, Fact]  # by the field names of Rates

    def at(self, case: Case) -> Rates:
        return Rates(**{name: _end(name, fact, case) for name, fact in self.facts.items()})

    def basis(self, names: Iterable[str]) -> Basis:
        return weakest(self.facts[name].basis for name in names)

    def replaced(self, measured: Mapping[str, Fact]) -> RateTable:
        """The same table with measured facts in place of constants."""
        return RateTable({**self.facts, **{k: v for k, v in measured.items() if k in self.facts}})


def rate_table(constant: Callable[[str], Fact]) -> RateTable:
    """All rates from the catalogue; `constant` looks one up by its kebab-case name."""
    return RateTable({field.name: constant(catalogue_name(field.name)) for field in fields(Rates)})


def catalogue_name(field: str) -> str:
    return "training-" + field.replace("_", "-")


def _end(name: str, fact: Fact, case: Case) -> float:
    """A delay grows towards the slow end, a speed shrinks; documented sizes stay."""
    value = float(fact.value)
    if name in DOCUMENTED_SIZES or not fact.error:
        return value
    sign = case.value if name in DELAYS else -case.value
    return value * (1 + sign * fact.error)
