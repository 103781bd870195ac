"""Machines and constants for tests that must not move with the catalogue."""

from awsml.basis import Basis, Estimate
from awsml.estimate.breakdown import Setting
from awsml.estimate.machine import Machine
from awsml.estimate.rates import RateTable

MB = 1e6
MIB = 2**20
GIB = 2**30

VALUES = {
    "provision_seconds": (116, 0.3),
    "image_pull_seconds": (158, 0.1),
    "builtin_image_pull_seconds": (49, 0.3),
    "init_seconds": (41, 0.2),
    "light_init_seconds": (25, 0.2),
    "download_overhead_seconds": (14, 0.2),
    "fsx_mount_seconds": (12, 0.2),
    "file_seconds_per_object": (0.0076, 0.3),
    "list_seconds_per_object": (0.000097, 0.3),
    "fuse_list_seconds_per_object": (0.000204, 0.3),
    "lustre_list_seconds_per_object": (0.000167, 0.3),
    "fastfile_seconds_per_object": (0.0479, 0.3),
    "warm_up_seconds": (19, 0.2),
    "upload_seconds": (5.4, 0.1),
    "unstated_upload_seconds": (5.4, 0.1),
    "model_bytes_per_second": (29 * MB, 0.3),
    "stream_bytes_per_second_per_connection": (87.5 * MB, 0.1),
    "fastfile_sequential_bytes_per_second": (476 * MB, 0.2),
    "stream_connections": (16, 0.5),
    "copy_bytes_per_second_per_object": (65 * MB, 0.3),
    "local_disk_bytes_per_second": (500 * MB, 0.5),
    "ebs_efficiency": (0.81, 0.1),
    "network_efficiency": (0.97, 0.03),
    "page_cache_share_of_memory": (0.6, 0.0),
    "network_burst_seconds": (1800, 0.8),
    "decode_megapixels_per_second_per_core": (130, 0.23),
    "augmentation_factor": (2.5, 0.2),
    "gp2_small_bytes_per_second": (128 * MIB, 0.0),
    "gp2_large_bytes_per_second": (250 * MIB, 0.0),
    "gp2_small_gib": (170, 0.0),
    "gp2_large_gib": (334, 0.0),
    "lustre_step_tib": (1.2, 0.0),
    "lustre_bytes_per_second_per_tib": (200 * MB, 0.0),
}

RATES = RateTable(
    {
        name: Estimate.within(value, error, "", Basis.FITTED)
        for name, (value, error) in VALUES.items()
    }
)

P3 = Machine(
    "ml.p3.2xlarge",
    vcpu=8,
    memory_bytes=61 * GIB,
    network_base=2.5 * 125e6,
    network_peak=10 * 125e6,
    ebs_base=218.75 * MB,
    ebs_peak=218.75 * MB,
    gpus=1,
    gpu="V100",
)
G5 = Machine(
    "ml.g5.2xlarge",
    vcpu=8,
    memory_bytes=32 * GIB,
    network_base=5 * 125e6,
    network_peak=10 * 125e6,
    ebs_base=106.25 * MB,
    ebs_peak=437.5 * MB,
    local_bytes=450e9,
    local_disks=1,
    gpus=1,
    gpu="A10G",
)
M5 = Machine(
    "ml.m5.4xlarge",
    vcpu=16,
    memory_bytes=64 * GIB,
    network_base=5 * 125e6,
    network_peak=10 * 125e6,
    ebs_base=593.75 * MB,
    ebs_peak=593.75 * MB,
)

ON_P3 = Setting(P3, RATES)
