"""A GPU machine and what was measured on it: cards, the links between them, throughputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Pair = tuple[int, int]  # GPU numbers, the lower one first

_THROUGH_HOST = {"PHB", "NODE", "SYS"}


@dataclass(frozen=True, slots=True)
class Flag:
    """Something about the input that a figure must not hide. `gpus` is the point it is about."""

    slug: str
    message: str
    strategy: str | None = None
    gpus: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """How the GPUs of one host reach each other, in the words of nvidia-smi.

    `labels` are of `topo -m` (NV4, PIX, PHB, SYS), `peer` of `topo -p2p r` (OK, CNS, NS), `numa`
    the NUMA node of each GPU where it is known, `nvlink_gbs` the sum of a GPU's active links in
    GB/s and one direction.
    """

    gpus: int
    labels: Mapping[Pair, str] = field(default_factory=dict)
    peer: Mapping[Pair, str] = field(default_factory=dict)
    numa: tuple[int | None, ...] = ()
    nvlink_gbs: Mapping[int, float] = field(default_factory=dict)
    network_cards: int = 0
    flags: tuple[Flag, ...] = ()

    @property
    def peer_access(self) -> bool | None:
        """Whether every GPU reads every other one's memory; None where nothing tells.

        Without a matrix of peers, NCCL's own default does: direct over NVLink and PCIe switches,
        through the host's memory where the path crosses a host bridge.
        """
        if self.peer:
            return all(status == "OK" for status in self.peer.values())
        if not self.labels:
            return None
        if all(each.startswith("NV") for each in self.labels.values()):
            return True
        return False if set(self.labels.values()) <= _THROUGH_HOST else None

    def nvlink_ring(self, gpus: int) -> bool:
        """Whether NVLinks lead in a circle through the first `gpus` GPUs.

        They do where each has a link to at least half of them (Dirac, 1952): in a mesh of cubes
        (p3.16xlarge, DGX-1) not every pair is linked, and NCCL still goes round without the host.
        """
        linked = dict.fromkeys(range(gpus), 0)
        for (low, high), label in self.labels.items():
            if high < gpus and label.startswith("NV"):
                linked[low] += 1
                linked[high] += 1
        return gpus >= 2 and all(2 * links >= gpus for links in linked.values())

    def local(self, gpus: int) -> int:
        """The most of the first `gpus` GPUs that share one NUMA node."""
        nodes = [node for node in self.numa[:gpus] if node is not None]
        if not nodes or len(nodes) < min(gpus, self.gpus):
            return gpus
        return max(nodes.count(node) for node in set(nodes))


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured throughput, in samples a second over all GPUs."""

    strategy: str
    gpus: int
    throughput: float
    nodes: int = 1
    batch_per_gpu: float | None = None
    host: str = ""
    accumulation: int = 1
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Transformer:
    """A model in numbers; what is not stated is derived from its parameters where it can be."""

    parameters: float | None = None
    layers: int | None = None
    hidden: int | None = None
    heads: int | None = None
    kv_heads: int | None = None
    vocabulary: int = 50_257
    sequence: int = 1024
    batch: float = 1
    gradient_bytes: float = 4  # of one gradient as it is reduced
    state_bytes: float = 16  # weights, gradients and optimizer of one parameter
    weight_bytes: float = 2  # when it serves
    recompute: bool = False
    flash: bool = True


@dataclass(frozen=True, slots=True)
class Hardware:
    """The machines: cards of one node, links in it, the network between nodes, and money."""

    gpus: int | None = None
    nodes: int = 1
    card: str | None = None
    memory_gib: float | None = None
    links: Links | None = None
    link_bytes_per_second: float | None = None  # measured: what one NUMA node's host path carries
    network_bits_per_second: float | None = None
    network_measured: bool = False
    card_usd: float | None = None
    host_usd: float | None = None
    watts: float | None = None
    years: float = 3.0
    kwh_usd: float = 0.15
