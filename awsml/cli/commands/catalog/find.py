"""`awsml catalog find`: instance types by what they have, cheapest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from awsml.catalog.wishes import USES, Wish, find
from awsml.cli.facts import known_region, warn_of_age, written
from awsml.cli.options import region_option
from awsml.cli.output import Output, outputs_option
from awsml.cli.project import Project
from awsml.cli.quantities import FiniteRange, above_zero
from awsml.errors import UsageError
from awsml.render import catalog as shown
from awsml.units import DATA, QuantityError, parse_bits_per_second, parse_bytes

_SIZE = above_zero(parse_bytes)


@click.command(
    "find",
    short_help="Find instance types by what they have, cheapest first.",
    epilog="Example: awsml catalog find --gpus 8 --gpu-memory 24GB --for endpoint",
)
@click.option("--gpus", type=click.IntRange(min=1), help="At least this many GPUs.")
@click.option(
    "--gpu-memory",
    metavar="SIZE",
    callback=_SIZE,
    help="At least this much memory of each GPU, such as 24GB.",
)
@click.option("--gpu", metavar="NAME", help="The GPU's name, such as A10G.")
@click.option(
    "--network",
    metavar="RATE",
    callback=above_zero(parse_bits_per_second),
    help="At least this baseline bandwidth, such as 25Gbps.",
)
@click.option("--vcpus", type=click.IntRange(min=1), help="At least this many vCPUs.")
@click.option(
    "--memory",
    metavar="SIZE",
    callback=_SIZE,
    help="At least this much memory of the machine, such as 64GB.",
)
@click.option(
    "--for",
    "use",
    type=click.Choice(list(USES)),
    default="training",
    show_default=True,
    help="What the type is for.",
)
@click.option(
    "--max-price", type=FiniteRange(min=0), metavar="USD", help="The most that an hour may cost."
)
@click.option("--arch", type=click.Choice(["x86_64", "arm64"]), help="Architecture of the CPU.")
@click.option("--limit", type=click.IntRange(min=1), default=20, help="The most rows to show.")
@region_option
@outputs_option("text", "json")
@click.pass_obj
def command(
    project: Project, /, outputs: Sequence[Output], region: str | None, limit: int, **asked: Any
) -> int:
    """Find instance types by what they have, cheapest first, and say why others are out."""
    where = known_region(region or project.region)
    wish = _wish(where, **asked)
    found = find(wish)
    written(
        outputs,
        lambda width: shown.found_text(found, wish, width, limit),
        lambda: shown.found_json(found, wish),
    )
    warn_of_age(where)
    return 0 if found.matches else 1


def _wish(
    region: str,
    *,
    use: str,
    gpus: int | None,
    gpu_memory: str | None,
    gpu: str | None,
    network: str | None,
    vcpus: int | None,
    memory: str | None,
    max_price: float | None,
    arch: str | None,
) -> Wish:
    return Wish(
        use=use,
        region=region,
        gpus=gpus,
        gpu_memory_gb=_gigabytes(gpu_memory) if gpu_memory else None,
        gpu=gpu,
        network_gbps=_read(network, parse_bits_per_second) / 1e9 if network else None,
        vcpus=vcpus,
        memory_gib=_gigabytes(memory) if memory else None,
        max_usd_per_hour=max_price,
        architecture=arch,
    )


def _gigabytes(text: str) -> float:
    """What cards and machines are sold as: 24GB and 24GiB both name the 24 GB card."""
    unit = DATA["GiB"] if text.strip().endswith("iB") else DATA["GB"]
    return _read(text, parse_bytes) / float(unit)


def _read(text: str, parse: Callable[[str], float]) -> float:
    try:
        return parse(text)
    except QuantityError as error:
        raise UsageError(str(error), hint=error.hint) from error
