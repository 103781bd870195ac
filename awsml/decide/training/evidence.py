"""What the training decisions rest on: the workload, its machine, its prices, its rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from awsml import catalog
from awsml.basis import Estimate
from awsml.decide.decision import Grounds
from awsml.estimate.breakdown import Breakdown, Setting, breakdown, with_mode
from awsml.estimate.machine import machine_of
from awsml.estimate.measured import SAMPLES, downloads
from awsml.estimate.rates import RateTable, rate_table
from awsml.estimate.training import billed_seconds, dollars
from awsml.estimate.transfer import lustre_tib
from awsml.units import HOURS_PER_MONTH
from awsml.workload.training import TrainingWorkload


@dataclass(frozen=True, slots=True)
class Evidence:
    """One job as it stands. `setting` is None while no machine is known."""

    workload: TrainingWorkload
    setting: Setting | None
    rates: RateTable
    usd_per_hour: Estimate
    region: str | None = None
    algorithm_modes: frozenset[str] = frozenset()  # of a built-in algorithm, lower case
    elsewhere: Mapping[str, Estimate] = field(default_factory=dict)  # billed seconds, by type

    def given(self, workload: TrainingWorkload) -> Evidence:
        return replace(self, workload=workload)

    def in_mode(self, mode: str) -> Evidence:
        """Every S3 channel in this mode; a new file system costs as long as the job takes."""
        changed = self.given(with_mode(self.workload, mode))
        if mode != "fsx":
            return changed
        size = sum(c.size_bytes or 0.0 for c in self.workload.channels if not c.file_system)
        each = lustre_price(size, self.region).scaled(1 / self.workload.count)
        return replace(changed, usd_per_hour=self.usd_per_hour + each)

    def on(self, instance: str) -> Evidence:
        """The same job on another type, at that type's price."""
        workload = replace(self.workload, instance=instance)
        setting = setting_of(instance, self.rates)
        price = hourly_price(instance, self.region)
        return replace(self, workload=workload, setting=setting, usd_per_hour=price)

    @property
    def billed(self) -> Estimate:
        return billed_seconds(self.workload, self.setting)

    @property
    def usd(self) -> Estimate:
        return dollars(self.billed, self.usd_per_hour, self.workload.count)

    @property
    def expected(self) -> Breakdown | None:
        return None if self.setting is None else breakdown(self.workload, self.setting)

    @property
    def seconds(self) -> float | None:
        """Billed seconds as expected; None when something needed is unknown."""
        return None if self.expected is None else self.expected.billed


def evidence_of(workload: TrainingWorkload, grounds: Grounds) -> Evidence:
    """The catalogue's word on the scenario's machine, region and algorithm."""
    rates = rate_table(catalog.ranged).replaced(grounds.measured)
    workload = _with_measured_rate(workload, grounds.measured)
    setting = setting_of(workload.instance, rates)
    if setting is not None:
        setting = replace(setting, downloads=downloads(grounds.measured))
    region = grounds.region or workload.region
    facts = catalog.algorithm(workload.algorithm) if workload.algorithm else None
    return Evidence(
        workload=workload,
        setting=setting,
        rates=rates,
        region=region,
        usd_per_hour=hourly_price(workload.instance, region),
        elsewhere=grounds.elsewhere,
        algorithm_modes=frozenset(mode.lower() for mode in facts.modes) if facts else frozenset(),
    )


def _with_measured_rate(
    workload: TrainingWorkload, measured: Mapping[str, Estimate]
) -> TrainingWorkload:
    """A rate measured on the same job stands in where the scenario states none."""
    rate = measured.get(SAMPLES)
    if rate is None or workload.samples_per_second or workload.compute_seconds is not None:
        return workload
    return replace(workload, samples_per_second=rate.expected)


def setting_of(instance: str | None, rates: RateTable) -> Setting | None:
    known = catalog.instance(instance) if instance else None
    machine = machine_of(known) if known else None
    return Setting(machine, rates) if machine else None


def hourly_price(instance: str | None, region: str | None) -> Estimate:
    """What SageMaker charges for an hour of training, with what is missing where unknown."""
    if instance is None or region is None:
        missing = ["compute.instance"] if instance is None else []
        return Estimate.unknown("USD/hour", *missing, *([] if region else ["region"]))
    price = catalog.price("training", instance, region)
    if price is None:
        return Estimate.unknown("USD/hour", f"a price of {instance} in {region}")
    return price.estimate()


def lustre_price(size_bytes: float, region: str | None) -> Estimate:
    """An hour of the smallest scratch file system that holds the data."""
    price = catalog.storage_price("fsx-lustre-scratch2-ssd", region) if region else None
    if price is None:
        return Estimate.unknown(
            "USD/hour", f"a price of FSx for Lustre in {region or 'the region'}"
        )
    gib = lustre_tib(size_bytes, catalog.constant("lustre_step_tib").value) * 1024
    return price.estimate().scaled(gib / HOURS_PER_MONTH, "USD/hour")


def volume_price(region: str | None) -> Estimate:
    """An hour of one GiB of training volume."""
    item = "sagemaker-ml-storage-train-host-notebook"
    price = catalog.storage_price(item, region) if region else None
    if price is None:
        where = region or "the region"
        return Estimate.unknown("USD/hour", f"a price of training storage in {where}")
    return price.estimate().scaled(1 / HOURS_PER_MONTH, "USD/hour")
