"""Instance types: what they are made of, where they are offered, which API takes them, and
whether they still exist. A name may be EC2's (g5.2xlarge) or SageMaker's (ml.g5.2xlarge)."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from awsml.basis import Basis, Fact
from awsml.catalog.tables import Row, Tables, current
from awsml.nearness import nearest


class Accelerator(NamedTuple):
    """A device; `compute_capability` is CUDA's and None for what is not NVIDIA's."""

    name: str
    kind: str  # gpu, neuron, inference, gaudi
    maker: str
    compute_capability: tuple[int, int] | None


class Life(NamedTuple):
    """What became of a type, a family or a feature, and what replaces it."""

    subject: str
    status: str  # retired, limited, old
    since: str | None
    replaced_by: tuple[str, ...]
    note: str
    fact: Fact


class Instance(NamedTuple):
    """One instance type. Bandwidths are sums over network cards, of which S3 traffic uses one.

    Unknown figures are None. `source` and `date` say where the row is from; `notes` says what
    was corrected in it and why.
    """

    name: str
    vcpus: int
    memory_gib: float
    architecture: str
    accelerator: Accelerator | None
    accelerators: int
    accelerator_gib: float | None
    network: str
    network_baseline_gbps: float | None
    network_peak_gbps: float | None
    network_cards: int
    card_baseline_gbps: float | None
    efa: bool
    ebs_baseline_mbs: float | None
    ebs_maximum_mbs: float | None
    disk_gb: int
    disks: int
    spot: bool
    current: bool
    life: Life | None
    source: str
    date: str
    basis: Basis
    notes: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        return family_of(self.name)

    @property
    def ml_name(self) -> str:
        return f"ml.{self.name}"

    @property
    def gpus(self) -> int:
        return self.accelerators if self.accelerator and self.accelerator.kind == "gpu" else 0

    @property
    def retired(self) -> bool:
        return self.life is not None and self.life.status == "retired"

    @property
    def accelerator_total_gib(self) -> float | None:
        return None if self.accelerator_gib is None else self.accelerator_gib * self.accelerators


def instance(name: str) -> Instance | None:
    return _instance(current(), ec2_name(name))


def instances() -> tuple[Instance, ...]:
    """Every known type, retired ones included, by name."""
    tables = current()
    found = (_instance(tables, name) for (name,) in tables.table("instances"))
    return tuple(one for one in found if one is not None)


def instances_of(name: str) -> tuple[Instance, ...]:
    """The types that EC2's name of a type or of a family stands for; none for an unknown one."""
    return _instances_of(current(), name)


def nearest_types(name: str) -> list[str]:
    """Up to three known types that read like the name, written the way it was written."""
    prefix = "ml." if name.startswith("ml.") else ""
    return nearest(name, (prefix + known for (known,) in current().table("instances")), 3)


def ec2_name(name: str) -> str:
    return name.removeprefix("ml.")


def accepted_by(name: str) -> frozenset[str]:
    """The SageMaker uses whose enum names the type: training, hosting, processing, transform,
    notebook, studio. Empty means that SageMaker refuses it everywhere."""
    return _accepted_by(current(), f"ml.{ec2_name(name)}")


def offered(name: str, region: str) -> Fact | None:
    """Whether a region offers the type; None where nothing is known of the region or the type.

    EC2 publishes its offerings and SageMaker does not, so for an ml. name a listed price is
    the proof, and EC2's answer an indication.
    """
    tables = current()
    if name.startswith("ml.") and not _retired(tables, name):
        source = _priced(tables).get((name, region))
        if source is not None:
            return tables.fact(True, "offered", source, note="it has a price there")
    known = _offerings(tables)
    regions = known.regions_of.get(ec2_name(name))
    if region not in known.regions or (
        regions is None and _instance(tables, ec2_name(name)) is None
    ):
        return None
    fact = tables.fact(region in (regions or ()), "offered", known.source)
    if not name.startswith("ml."):
        return fact
    note = "EC2's answer; SageMaker publishes none"
    return Fact(fact.value, "offered", fact.source, fact.date, Basis.DERIVED, note=note)


def offering_regions(name: str) -> tuple[str, ...]:
    """The regions in which EC2 offers the type."""
    return tuple(sorted(_offerings(current()).regions_of.get(ec2_name(name), ())))


def life(subject: str) -> Life | None:
    """What became of a type, a family (`m4`) or a feature (`elastic-inference`)."""
    tables = current()
    name = ec2_name(subject)
    rows = tables.table("lifecycle")
    row = rows.get((name,)) or rows.get((family_of(name),))
    return _life(tables, row) if row else None


def batch_image_refuses(name: str) -> Life | None:
    """Why the default GPU image of AWS Batch does not run on a type or a family."""
    tables = current()
    family = family_of(ec2_name(name))
    row = tables.table("lifecycle").get((f"batch-gpu-image:{family}",))
    return _life(tables, row) if row else None


@cache
def _accepted_by(tables: Tables, ml_name: str) -> frozenset[str]:
    row = tables.table("apis").get((ml_name,))
    return frozenset(row["apis"].split()) if row else frozenset()


@cache
def _instances_of(tables: Tables, name: str) -> tuple[Instance, ...]:
    names = (each for (each,) in tables.table("instances"))
    found = (_instance(tables, each) for each in names if each == name or family_of(each) == name)
    return tuple(one for one in found if one is not None)


def family_of(name: str) -> str:
    """Of EC2's name: m5 of m5.large."""
    return name.partition(".")[0]


@cache
def _priced(tables: Tables) -> dict[tuple[str, str], str]:
    """Type and region of every listed SageMaker price, with its source."""
    prices = tables.table("prices_sagemaker")
    return {(name, region): row["source"] for (name, region, _), row in prices.items()}


def _retired(tables: Tables, name: str) -> bool:
    row = tables.table("lifecycle").get((ec2_name(name),))
    return row is not None and row["status"] == "retired"


def _life(tables: Tables, row: Row) -> Life:
    return Life(
        subject=row["subject"],
        status=row["status"],
        since=row["since"] or None,
        replaced_by=tuple(row["replaced_by"].split()),
        note=row["note"],
        fact=tables.fact(row["status"], "status", row["source"]),
    )


class _Offerings(NamedTuple):
    regions: frozenset[str]
    regions_of: dict[str, frozenset[str]]
    source: str


@cache
def _offerings(tables: Tables) -> _Offerings:
    regions_of: dict[str, set[str]] = {}
    regions: set[str] = set()
    source = ""
    for (names,), row in tables.table("offerings").items():
        source = row["source"]
        regions.update(names.split())
        for type_ in row["types"].split():
            regions_of.setdefault(type_, set()).update(names.split())
    return _Offerings(frozenset(regions), {t: frozenset(r) for t, r in regions_of.items()}, source)


@cache
def _instance(tables: Tables, name: str) -> Instance | None:
    raw = tables.table("instances").get((name,))
    if raw is None:
        return None
    row, notes = _corrected(tables, raw)
    source = tables.source(row["source"])
    return Instance(
        name=name,
        vcpus=int(row["vcpus"]),
        memory_gib=float(row["memory_gib"]),
        architecture=row["architecture"],
        accelerator=_accelerator(tables, row["accelerator"]),
        accelerators=int(row["accelerators"]),
        accelerator_gib=_number(row["accelerator_gib"]),
        network=row["network"],
        network_baseline_gbps=_number(row["network_baseline_gbps"]),
        network_peak_gbps=_number(row["network_peak_gbps"]),
        network_cards=int(row["network_cards"]),
        card_baseline_gbps=_number(row["card_baseline_gbps"]),
        efa=row["efa"] == "1",
        ebs_baseline_mbs=_number(row["ebs_baseline_mbs"]),
        ebs_maximum_mbs=_number(row["ebs_maximum_mbs"]),
        disk_gb=int(row["disk_gb"]),
        disks=int(row["disks"]),
        spot=row["spot"] == "1",
        current=row["current"] == "1",
        life=life(name),
        source=source["title"],
        date=source["date"],
        basis=Basis(source["basis"]),
        notes=notes,
    )


def _corrected(tables: Tables, raw: Row) -> tuple[Row, tuple[str, ...]]:
    """The row with its known defects mended. A source that mends its own is left alone."""
    row = dict(raw)
    notes: list[str] = []
    for correction in _corrections(tables).get(raw["type"], ()):
        if row[correction["field"]] == correction["wrong"]:
            row[correction["field"]] = correction["right"]
            notes.append(correction["reason"])
    return row, tuple(dict.fromkeys(notes))


@cache
def _corrections(tables: Tables) -> dict[str, list[Row]]:
    by_type: dict[str, list[Row]] = {}
    for (table, type_, _field), row in tables.table("corrections").items():
        if table == "instances":
            by_type.setdefault(type_, []).append(row)
    return by_type


def _accelerator(tables: Tables, name: str) -> Accelerator | None:
    if not name:
        return None
    row = tables.table("accelerators").get((name,))
    if row is None:  # newer than the table: what AWS itself makes is Neuron, all else are GPUs
        neuron = name.startswith(("Inferentia", "Trainium"))
        return Accelerator(name, *(("neuron", "aws") if neuron else ("gpu", "unknown")), None)
    major, _, minor = row["compute_capability"].partition(".")
    capability = (int(major), int(minor)) if major else None
    return Accelerator(name, row["kind"], row["maker"], capability)


def _number(text: str) -> float | None:
    return float(text) if text else None
