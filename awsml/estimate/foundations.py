"""Which constants a figure rests on, so that it inherits the weakest basis and no weaker one."""

from __future__ import annotations

from collections.abc import Iterator

from awsml.estimate.breakdown import Setting, load_of, mode_in_force, volume_gib
from awsml.estimate.image import image_rates, starts_lightly
from awsml.estimate.rates import Case
from awsml.estimate.transfer import PART_BYTES, bound_by_objects, object_limit
from awsml.estimate.upload import upload_rates
from awsml.workload.training import ChannelData, TrainingWorkload

_FIXED = {
    "provision": ("provision_seconds",),
}
_PARTS = {
    "start": ("provision", "download", "image", "init"),
    "billed": ("download", "image", "init", "listing", "epochs", "upload"),
}


def rests_on(workload: TrainingWorkload, setting: Setting, figure: str) -> frozenset[str]:
    """Names of rates behind a phase, or behind `start` or `billed`; none behind a measured copy."""
    parts = _PARTS.get(figure, (figure,))
    return frozenset(name for part in parts for name in _behind(workload, setting, part))


def _behind(workload: TrainingWorkload, setting: Setting, part: str) -> Iterator[str]:
    yield from _FIXED.get(part, ())
    if part == "image":
        yield from image_rates(workload)
    modes = {mode_in_force(channel) for channel in workload.channels}
    if part in ("download", "image") and not modes <= set(setting.downloads):
        yield "download_overhead_seconds"
    light = starts_lightly(workload, setting.machine)
    if part == "init":
        yield "light_init_seconds" if light else "init_seconds"
    if part == "upload":
        yield from upload_rates(workload, setting)
    if part == "epochs" and not light:
        yield "warm_up_seconds"
    for channel in workload.channels:
        yield from _feeding(channel, workload, setting, part)


def _feeding(
    channel: ChannelData, workload: TrainingWorkload, setting: Setting, part: str
) -> Iterator[str]:
    mode = mode_in_force(channel)
    if part in ("download", "image") and mode in setting.downloads:
        return
    disk = "local_disk_bytes_per_second" if setting.machine.has_local_disk else "ebs_efficiency"
    if part in ("download", "image") and mode == "file":
        yield from (disk, "file_seconds_per_object", "network_efficiency")
        yield from _by_objects(channel, workload, setting)
    if part in ("download", "image") and mode == "fastfile":
        yield "list_seconds_per_object"
    if part == "listing" and mode == "fastfile":
        yield "fuse_list_seconds_per_object"
    if part == "listing" and mode == "fsx":
        yield "lustre_list_seconds_per_object"
    if part == "epochs":
        yield from _reading(channel, workload, setting, mode, disk)


def _by_objects(
    channel: ChannelData, workload: TrainingWorkload, setting: Setting
) -> Iterator[str]:
    """S3's own rates, where too few objects are copied to fill the network or the disk."""
    load = load_of(channel, workload, setting.machine, Case.EXPECTED)
    rates = setting.rates.at(Case.EXPECTED)
    if load is None or load.size_bytes < object_limit(load.objects, rates):
        return  # less than a second of it
    if bound_by_objects(load.objects, setting.machine, volume_gib(workload), rates):
        few = load.objects < rates.stream_connections
        yield "copy_bytes_per_second_per_object" if few else "stream_connections"


def _reading(
    channel: ChannelData, workload: TrainingWorkload, setting: Setting, mode: str, disk: str
) -> Iterator[str]:
    if mode == "file":
        yield from (disk, "page_cache_share_of_memory")
    elif mode == "fsx":
        yield "lustre_bytes_per_second_per_tib"
    else:
        yield "fastfile_sequential_bytes_per_second"
        load = load_of(channel, workload, setting.machine, Case.EXPECTED)
        small = load is not None and load.size_bytes < PART_BYTES * max(load.objects, 1)
        if small and mode == "fastfile":
            yield "fastfile_seconds_per_object"
        if small and mode == "pipe":
            yield "stream_connections"
