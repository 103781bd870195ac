"""The constants of the time model as numbers, at the fast end, as expected and at the slow end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from awsml.basis import Basis, Estimate, weakest


class Case(Enum):
    """Which end of every constant a calculation takes."""

    FAST = "fast"
    EXPECTED = "expected"
    SLOW = "slow"


class Rates(NamedTuple):
    """One number per constant: seconds, bytes a second, and shares."""

    provision_seconds: float
    image_pull_seconds: float
    builtin_image_pull_seconds: float
    init_seconds: float
    light_init_seconds: float
    download_overhead_seconds: float
    fsx_mount_seconds: float
    file_seconds_per_object: float
    list_seconds_per_object: float
    fuse_list_seconds_per_object: float
    lustre_list_seconds_per_object: float
    fastfile_seconds_per_object: float
    warm_up_seconds: float
    upload_seconds: float
    unstated_upload_seconds: float
    model_bytes_per_second: float
    stream_bytes_per_second_per_connection: float
    stream_connections: float
    copy_bytes_per_second_per_object: float
    fastfile_sequential_bytes_per_second: float
    local_disk_bytes_per_second: float
    lustre_bytes_per_second_per_tib: float
    lustre_step_tib: float
    ebs_efficiency: float
    network_efficiency: float
    page_cache_share_of_memory: float
    network_burst_seconds: float
    decode_megapixels_per_second_per_core: float
    augmentation_factor: float
    gp2_small_bytes_per_second: float
    gp2_large_bytes_per_second: float
    gp2_small_gib: float
    gp2_large_gib: float


NAMES = Rates._fields
# A larger value of these makes a job slower; of all others, faster.
DELAYS = frozenset(name for name in NAMES if name.endswith(("_seconds", "_seconds_per_object"))) - {
    "network_burst_seconds"
} | {"augmentation_factor"}


@dataclass(frozen=True)
class RateTable:
    """The ranges behind the rates; a measured one can stand in for a constant."""

    ranges: Mapping[str, Estimate]  # by the field names of Rates
    measured: frozenset[str] = frozenset()  # of them, those that earlier runs measured

    def at(self, case: Case) -> Rates:
        if case not in self._rates:  # asked thousands of times for one job
            ends = {name: _end(name, self.ranges[name], case) for name in NAMES}
            self._rates[case] = Rates(**ends)
        return self._rates[case]

    @cached_property
    def _rates(self) -> dict[Case, Rates]:
        return {}

    def basis(self, names: Iterable[str]) -> Basis:
        return weakest(self.ranges[name].basis for name in names)

    def replaced(self, measured: Mapping[str, Estimate]) -> RateTable:
        """The same table with measured values in place of constants."""
        known = {name: value for name, value in measured.items() if name in self.ranges}
        return RateTable({**self.ranges, **known}, self.measured | known.keys())


def rate_table(constant: Callable[[str], Estimate]) -> RateTable:
    """All rates; `constant` answers a name with its range."""
    return RateTable({name: constant(name) for name in NAMES})


def _end(name: str, value: Estimate, case: Case) -> float:
    ends = {
        Case.FAST: value.low if name in DELAYS else value.high,
        Case.EXPECTED: value.expected,
        Case.SLOW: value.high if name in DELAYS else value.low,
    }
    end = ends[case]
    if end is None:
        raise ValueError(f"the constant {name} has no value")
    return end
