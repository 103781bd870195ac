"""What EC2's DescribeInstanceTypes says of a type, as a row of instances.csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

COLUMNS = (
    "type",
    "vcpus",
    "memory_gib",
    "architecture",
    "accelerator",
    "accelerators",
    "accelerator_gib",
    "network",
    "network_baseline_gbps",
    "network_peak_gbps",
    "network_cards",
    "card_baseline_gbps",
    "efa",
    "ebs_baseline_mbs",
    "ebs_maximum_mbs",
    "disk_gb",
    "disks",
    "spot",
    "current",
    "source",
)

_SHORT_NAMES = {"RTX PRO Server 6000": "RTX PRO 6000", "Radeon Pro V520": "V520"}


def instance_row(described: Mapping[str, Any], source: str) -> dict[str, str]:
    """The raw values, defects included: corrections.csv mends them when they are read."""
    network = described["NetworkInfo"]
    cards = network.get("NetworkCards", ())
    ebs = described["EbsInfo"].get("EbsOptimizedInfo", {})
    storage = described.get("InstanceStorageInfo", {})
    values = {
        "type": described["InstanceType"],
        "vcpus": described["VCpuInfo"]["DefaultVCpus"],
        "memory_gib": described["MemoryInfo"]["SizeInMiB"] / 1024,
        "architecture": described["ProcessorInfo"]["SupportedArchitectures"][-1],
        "network": network["NetworkPerformance"],
        "network_baseline_gbps": _total(cards, "BaselineBandwidthInGbps"),
        "network_peak_gbps": _total(cards, "PeakBandwidthInGbps"),
        "network_cards": len(cards),
        "card_baseline_gbps": _total(cards[:1], "BaselineBandwidthInGbps"),
        "efa": int(bool(network.get("EfaSupported"))),
        "ebs_baseline_mbs": ebs.get("BaselineThroughputInMBps"),
        "ebs_maximum_mbs": ebs.get("MaximumThroughputInMBps"),
        "disk_gb": storage.get("TotalSizeInGB", 0),
        "disks": sum(disk["Count"] for disk in storage.get("Disks", ())),
        "spot": int("spot" in described.get("SupportedUsageClasses", ())),
        "current": int(bool(described.get("CurrentGeneration"))),
        "source": source,
        **_accelerator(described),
    }
    return {column: _text(values[column]) for column in COLUMNS}


def _accelerator(described: Mapping[str, Any]) -> dict[str, Any]:
    """Name, count and memory of one device; a part of a GPU counts as one with less memory."""
    for info, devices in _DEVICES:
        for device in described.get(info, {}).get(devices, ()):
            count = device.get("Count") or 1
            memory = device.get("MemoryInfo", {}).get("SizeInMiB", 0)
            name = _SHORT_NAMES.get(device["Name"], device["Name"])
            return {
                "accelerator": name,
                "accelerators": count,
                "accelerator_gib": memory / 1024 or None,
            }
    return {"accelerator": None, "accelerators": 0, "accelerator_gib": None}


_DEVICES = (
    ("GpuInfo", "Gpus"),
    ("NeuronInfo", "NeuronDevices"),
    ("InferenceAcceleratorInfo", "Accelerators"),
)


def _total(cards: Sequence[Mapping[str, Any]], field: str) -> float | None:
    known = [card[field] for card in cards if field in card]
    return sum(known) if known else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
