"""Tables of nvidia-smi as people paste them: read in full, or refused with the reason."""

from __future__ import annotations

import pytest

from awsml.errors import UsageError
from awsml.readers.nvidia_smi import read_links

TWO_SOCKETS = """\
\t\x1b[4mGPU0\tGPU1\tGPU2\tGPU3\tNIC0\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\x1b[0m
GPU0\t X \tPHB\tSYS\tSYS\tNODE\t0-15,32-47\t0\t\tN/A
GPU1\tPHB\t X \tSYS\tSYS\tNODE\t0-15,32-47\t0\t\tN/A
GPU2\tSYS\tSYS\t X \tPHB\tSYS\t16-31,48-63\t1\t\tN/A
GPU3\tSYS\tSYS\tPHB\t X \tSYS\t16-31,48-63\t1\t\tN/A
NIC0\tNODE\tNODE\tSYS\tSYS\t X

Legend:

  X    = Self
  SYS  = Connection traversing PCIe as well as the SMP interconnect between NUMA nodes
"""
BLOCKED = """\
 \tGPU0\tGPU1\tGPU2\tGPU3
 GPU0\tX\tCNS\tCNS\tCNS
 GPU1\tCNS\tX\tCNS\tCNS
 GPU2\tCNS\tCNS\tX\tCNS
 GPU3\tCNS\tCNS\tCNS\tX
"""


def without_tabs(text: str) -> str:
    return text.replace("\t", "    ")


@pytest.mark.parametrize("text", [TWO_SOCKETS, without_tabs(TWO_SOCKETS)])
def test_links_and_numa_nodes_are_read_with_tabs_or_blanks(text: str) -> None:
    links = read_links(text)
    assert links.gpus == 4
    assert links.network_cards == 1
    assert links.numa == (0, 0, 1, 1)
    assert links.peer_access is False  # every link crosses a host bridge
    assert links.labels[(0, 1)] == "PHB" and links.labels[(1, 2)] == "SYS"


def test_a_heading_that_runs_together_does_no_harm() -> None:
    head, rest = TWO_SOCKETS.split("\n", 1)
    glued = "GPU0GPU1GPU2GPU3NIC0CPU AffinityNUMA AffinityGPU NUMA ID"
    assert read_links(f"{glued}\n{rest}") == read_links(f"{head}\n{rest}")


def test_numa_nodes_follow_from_the_links_where_no_column_says_them() -> None:
    bare = "\n".join(
        line.split("\t0-15")[0].split("\t16-31")[0] for line in TWO_SOCKETS.splitlines()[1:7]
    )
    assert read_links(bare).numa == (0, 0, 1, 1)


def test_both_matrices_in_one_text() -> None:
    links = read_links(TWO_SOCKETS + BLOCKED)
    assert links.peer_access is False
    assert links.labels[(0, 3)] == "SYS" and links.peer[(0, 3)] == "CNS"


def test_the_order_of_the_columns_is_the_headings() -> None:
    text = """\
\tGPU0\tGPU1\tmlx5_1\tmlx5_0
GPU0\tX\tNV4\tPIX\tSYS
GPU1\tNV4\tX\tSYS\tPIX
mlx5_0\tSYS\tPIX\tSYS\tX
mlx5_1\tPIX\tSYS\tX\tSYS
"""
    links = read_links(text)
    assert links.labels == {(0, 1): "NV4"} and links.network_cards == 2
    assert links.peer_access is True


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\n".join(TWO_SOCKETS.splitlines()[:4]), "cut off"),
        ("\n".join(TWO_SOCKETS.splitlines()[1:5]), "link cells"),
        (TWO_SOCKETS.replace("GPU1\tPHB", "GPU1\tPIX"), "the way back"),
        (TWO_SOCKETS.replace("GPU2\tSYS\tSYS\t X \tPHB\tSYS", "GPU2\tSYS\tS"), "row GPU2"),
        ("no table here", "no row"),
        ("", "no row"),
        (BLOCKED + BLOCKED, "pasted twice"),
    ],
)
def test_what_does_not_close_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as refused:
        read_links(text, "topo.txt")
    assert refused.value.where is not None and refused.value.where.file == "topo.txt"


def test_nvlinks_are_summed_and_slow_ones_flagged() -> None:
    text = """\
GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-0)
\t Link 0: 25 GB/s
\t Link 1: 25 GB/s
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-1)
\t Link 0: 25 GB/s
\t Link 1: 1.562 GB/s
\t Link 2: <inactive>
Link 0, P2P is supported: true
GPU 2: NVIDIA GeForce
NVML: Unable to retrieve NVLink information as all links are inActive
"""
    links = read_links(text)
    assert links.nvlink_gbs == {0: 50, 1: 26.562, 2: 0}
    assert [flag.slug for flag in links.flags] == ["nvlink-inactive", "nvlink-degraded"]
