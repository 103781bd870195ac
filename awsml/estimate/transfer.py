"""How long data takes on its way: volume, network and stream speeds, the copy and the reads."""

from __future__ import annotations

from typing import NamedTuple

from awsml.estimate.machine import GIB, Link, Machine
from awsml.estimate.rates import Rates

MIB = 2**20
TIB = 2**40
# One GET of this size keeps a connection busy long enough for its latency to vanish; larger
# objects are fetched in parts of about this size over several connections.
PART_BYTES = 8e6


class Load(NamedTuple):
    """What one instance takes from one channel: bytes and objects in all and per epoch."""

    size_bytes: float
    objects: float
    samples: float | None = None
    share_read: float = 1.0
    random_access: bool = False
    workers: int = 1
    file_system_tib: float | None = None


def gp2_speeds(volume_gib: float, rates: Rates) -> tuple[float, float]:
    """Peak and base of a gp2 volume: flat to 170 GiB, bursting in between, flat from 334 on."""
    if volume_gib <= rates.gp2_small_gib:
        return rates.gp2_small_bytes_per_second, rates.gp2_small_bytes_per_second
    if volume_gib < rates.gp2_large_gib:
        return rates.gp2_large_bytes_per_second, rates.gp2_small_bytes_per_second
    return rates.gp2_large_bytes_per_second, rates.gp2_large_bytes_per_second


def disk_link(machine: Machine, volume_gib: float, rates: Rates) -> Link:
    """NVMe where the machine has it; else the narrower of the volume and the machine's EBS."""
    burst = rates.network_burst_seconds
    if machine.has_local_disk:
        speed = rates.local_disk_bytes_per_second * max(1, machine.local_disks)
        return Link(speed, speed, burst)
    peak, base = gp2_speeds(volume_gib, rates)
    return Link(peak, base, burst).narrowed(
        rates.ebs_efficiency * machine.ebs_peak, rates.ebs_efficiency * machine.ebs_base
    )


def network_link(machine: Machine, rates: Rates) -> Link:
    return Link(
        rates.network_efficiency * machine.network_peak,
        rates.network_efficiency * machine.network_base,
        rates.network_burst_seconds,
    )


def stream_link(machine: Machine, rates: Rates) -> Link:
    """What Pipe and FastFile can draw from S3: the network, or what the agent was seen to do."""
    connections = rates.stream_connections * rates.stream_bytes_per_second_per_connection
    return network_link(machine, rates).narrowed(
        min(connections, rates.fastfile_sequential_bytes_per_second)
    )


def copy_link(machine: Machine, volume_gib: float, rates: Rates, objects: float) -> Link:
    """From S3 onto the disk: the narrowest of objects, network and disk."""
    link = _wire_link(machine, volume_gib, rates)
    return link.narrowed(object_limit(objects, rates), min(link.base, object_limit(objects, rates)))


def object_limit(objects: float, rates: Rates) -> float:
    """Bytes a second that S3 gives: few objects keep few connections busy."""
    connections = rates.stream_connections * rates.stream_bytes_per_second_per_connection
    return min(max(objects, 1.0) * rates.copy_bytes_per_second_per_object, connections)


def bound_by_objects(objects: float, machine: Machine, volume_gib: float, rates: Rates) -> bool:
    """Whether S3's own rates are what a copy waits for."""
    return object_limit(objects, rates) < _wire_link(machine, volume_gib, rates).peak


def _wire_link(machine: Machine, volume_gib: float, rates: Rates) -> Link:
    network = network_link(machine, rates)
    return disk_link(machine, volume_gib, rates).narrowed(network.peak, network.base)


def download_seconds(
    mode: str, load: Load, machine: Machine, volume_gib: float, rates: Rates
) -> float:
    """What happens before the container may read: a copy, a listing, or nothing."""
    if mode == "file":
        copied = copy_link(machine, volume_gib, rates, load.objects).seconds(load.size_bytes)
        return load.objects * rates.file_seconds_per_object + copied
    if mode == "fastfile":
        return load.objects * rates.list_seconds_per_object
    return 0.0


def listing_seconds(mode: str, load: Load, rates: Rates) -> float:
    """The script's own walk over the files, through FUSE or Lustre."""
    per_object = {
        "fastfile": rates.fuse_list_seconds_per_object,
        "fsx": rates.lustre_list_seconds_per_object,
    }
    return load.objects * per_object.get(mode, 0.0)


def read_seconds(
    mode: str, load: Load, machine: Machine, volume_gib: float, rates: Rates, epochs: float
) -> tuple[float, float]:
    """Reading what the first epoch needs, and what each later one needs, nothing else in the way.

    A burst is spent once, over all epochs; a copy that fits the page cache is read once.
    """
    wanted = load.size_bytes * load.share_read
    link = _read_link(mode, load, machine, volume_gib, rates)
    waits = _request_seconds(mode, load, rates) if mode in ("fastfile", "pipe") else 0.0
    first = link.seconds(wanted)
    if mode == "file" and load.size_bytes < rates.page_cache_share_of_memory * machine.memory_bytes:
        return first, 0.0
    later = (link.seconds(wanted * epochs) - first) / (epochs - 1) if epochs > 1 else 0.0
    return max(first, waits), max(later, waits)


def disk_bytes(machine: Machine, volume_gib: float) -> float:
    """What a machine's own disks hold, or the volume of one without."""
    return machine.local_bytes if machine.has_local_disk else volume_gib * GIB


def lustre_tib(size_bytes: float, step_tib: float) -> float:
    """The smallest scratch file system that holds the data."""
    return float(max(1, -(-size_bytes // (step_tib * TIB))) * step_tib)


def _read_link(mode: str, load: Load, machine: Machine, volume_gib: float, rates: Rates) -> Link:
    if mode == "file":
        return disk_link(machine, volume_gib, rates)
    if mode in ("fastfile", "pipe"):
        return stream_link(machine, rates)
    tib = load.file_system_tib or lustre_tib(load.size_bytes, rates.lustre_step_tib)
    return network_link(machine, rates).narrowed(tib * rates.lustre_bytes_per_second_per_tib)


def _request_seconds(mode: str, load: Load, rates: Rates) -> float:
    """Waiting for S3's first byte: once an object in order, once a sample at random.

    FastFile waits in the reader's own workers, Pipe in the agent's connections.
    """
    requests = load.objects
    if load.random_access and load.samples:
        requests = max(requests, load.samples)
    part = min(load.size_bytes / max(requests, 1.0), PART_BYTES)
    each = rates.fastfile_seconds_per_object + part / rates.stream_bytes_per_second_per_connection
    lanes = rates.stream_connections if mode == "pipe" else float(load.workers)
    return requests * load.share_read * each / max(lanes, 1.0)
