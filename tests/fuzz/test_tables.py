"""What people paste or export: nvidia-smi's tables, measurements and utilisation."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from awsml.cluster import Hardware, Transformer
from awsml.decide.cluster.scaling import answered
from awsml.readers.measurements import read_measurements
from awsml.readers.metric_files import read_metrics
from awsml.readers.nvidia_smi import read_links
from tests.fuzz.profile import fuzzing
from tests.fuzz.reader import FUZZED
from tests.fuzz.texts import examples, mutated, trees

_NVLINK = """GPU 0: NVIDIA A100 (UUID: GPU-1)
\t Link 0: 25 GB/s
\t Link 1: <inactive>
GPU 1: NVIDIA A100 (UUID: GPU-2)
\t Link 0: 25.5 GB/s
"""
_MATRIX = """\tGPU0\tGPU1\tNIC0\tCPU Affinity\tNUMA Affinity
GPU0\t X \tNV4\tSYS\t0-15\t0
GPU1\tNV4\t X \tPIX\t16-31\t1
NIC0\tSYS\tPIX\t X
"""
_LINKS = [*examples("scenarios/*topology.txt"), _NVLINK, _MATRIX, _NVLINK + _MATRIX]


@fuzzing
@given(
    mutated(
        _LINKS, ("GPU99", "GPU 0:", "Link 0: 1.2.3 GB/s", "GPU 999999999999:", "X", "NV4", "OK")
    )
)
def test_a_topology_is_links_or_an_error(text: str) -> None:
    FUZZED.reads("nvidia-smi", lambda: read_links(text))


_CSV = [
    *examples("scenarios/*.csv"),
    "strategy,gpus,nodes,batch_per_gpu,throughput\nddp,1,1,32,10\nddp,2,1,32,19\nddp,8,2,32,61\n",
]


@fuzzing
@given(
    mutated(_CSV, ("ddp,1e308,1,1,1e308", "fsdp,4,2,1e-300,1e-300", '"', "gpus,", ",,,", "1e18"))
)
def test_measurements_are_a_fit_or_an_error(text: str) -> None:
    def check() -> None:
        measured = read_measurements(text)
        answered(Hardware(), Transformer(), measured, ())

    FUZZED.reads("measurements", check)


_ANSWER = {
    "MetricDataResults": [
        {
            "Id": "h1m0",
            "Label": "job/algo-1 GPUUtilization",
            "Timestamps": ["2026-01-01T00:00:00+00:00", "2026-01-01T00:01:00Z"],
            "Values": [10.5, 90],
        }
    ]
}
_STATISTICS = {"Label": "CPUUtilization", "Datapoints": [{"Timestamp": 1, "Average": 40.0}]}
_USAGE = [
    "timestamp,cpu,gpu\n2026-01-01T00:00:00Z,10,20%\n2026-01-01T00:01:00Z,,90\n",
    "metric,time,value\nGPUUtilization,1,50\nCPUUtilization,2,80\n",
    json.dumps(_ANSWER, indent=1),
    json.dumps(_STATISTICS),
    '{"gpu": [10, 20, null], "cpu": [5]}',
]


@fuzzing
@given(mutated(_USAGE, ("NaN", "1e999", "0001-01-01T00:00:00+23:59", "9999-12-31", "gpu", "[[1]]")))
def test_utilisation_is_series_or_an_error(text: str) -> None:
    FUZZED.reads("utilisation", lambda: read_metrics(text, "fuzzed", 8, 4))


_NAMES = (
    *("MetricDataResults", "Datapoints", "Label", "Id", "Timestamps", "Values", "Average", "gpu"),
    *("Timestamp", "cpu", "GPUUtilization"),
)


@fuzzing
@given(trees(_NAMES), st.sampled_from([None, 0, 4]))
def test_an_answer_of_cloudwatch_is_series_or_an_error(tree: object, count: int | None) -> None:
    text = json.dumps([tree])
    FUZZED.reads("CloudWatch answers", lambda: read_metrics(text, "cloudwatch", count, count))
