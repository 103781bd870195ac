"""Flags of `awsml cluster fit`, for a bare CSV or over a scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from awsml import units
from awsml.cli.files import read_text
from awsml.cluster import Hardware, Transformer
from awsml.decide.cluster.scaling import Answer, answered
from awsml.errors import UsageError
from awsml.kinds.cluster.describe import GRADIENT_BYTES
from awsml.readers.measurements import read_measurements
from awsml.readers.nvidia_smi import read_links


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line says of machine and model."""

    topology: Path | None = None
    gpu: str | None = None
    gpus: int | None = None
    network: str | None = None
    link: str | None = None
    parameters: str | None = None
    gradients: str | None = None

    def fields(self) -> Iterator[tuple[str, str, str]]:
        """(scenario field, value, flag) of those that were given."""
        named = {
            "hardware.topology": (self.topology and self.topology.absolute(), "--topology"),
            "hardware.gpu": (self.gpu, "--gpu"),
            "hardware.gpus": (self.gpus, "--gpus"),
            "hardware.network": (self.network, "--network"),
            "hardware.link": (self.link, "--link"),
            "workload.parameters": (self.parameters, "--parameters"),
            "workload.gradients": (self.gradients, "--gradients"),
        }
        for field, (value, flag) in named.items():
            if value is not None:
                yield field, str(value), flag


def answer_for_table(file: Path, flags: Flags, counts: Sequence[int]) -> Answer:
    """A CSV on its own; the topology says how many GPUs a node has."""
    measured = read_measurements(read_text(str(file)), str(file))
    topology = flags.topology
    links = read_links(read_text(str(topology)), str(topology)) if topology else None
    network = _quantity(flags.network, units.parse_bits_per_second, "--network")
    link = _quantity(flags.link, units.parse_bits_per_second, "--link")
    hardware = Hardware(
        gpus=flags.gpus or (links.gpus if links else None),
        card=flags.gpu,
        links=links,
        link_bytes_per_second=link / 8 if link else None,
        network_bits_per_second=network,
    )
    model = Transformer(
        parameters=_quantity(flags.parameters, units.parse_count, "--parameters"),
        gradient_bytes=GRADIENT_BYTES[flags.gradients or "fp32"],
    )
    return answered(hardware, model, measured, counts)


def _quantity(text: str | None, parse: Callable[[str], float], flag: str) -> float | None:
    try:
        return None if text is None else parse(text)
    except units.QuantityError as error:
        raise UsageError(f"{flag}: {error}", hint=error.hint) from error
