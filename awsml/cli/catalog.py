"""`awsml catalog`: instances, prices, images and algorithms, and how fresh the facts are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import click

from awsml import catalog
from awsml.catalog.images import USES as IMAGE_USES
from awsml.catalog.wishes import USES, Wish, find
from awsml.cli.catalog_state import diff, refresh, status
from awsml.cli.facts import known_region, warn_of_age, written
from awsml.cli.output import Output, outputs_option
from awsml.cli.project import Project
from awsml.cli.quantities import FiniteRange, above_zero
from awsml.errors import UsageError
from awsml.render import catalog as shown
from awsml.render.algorithm import algorithm_json, algorithm_text
from awsml.units import DATA, QuantityError, parse_bits_per_second, parse_bytes

_SIZE = above_zero(parse_bytes)
region_option = click.option(
    "--region", metavar="REGION", help="AWS region; us-east-1 if left out."
)


@click.group("catalog", epilog="Example: awsml catalog show ml.g5.2xlarge")
def command() -> None:
    """Look up instance types, prices, images and algorithms.

    Every fact has a source and a date. A price with `~` is derived: from another component, from
    EC2's price, or from another region by a known factor. Where nothing is known, it says so.
    """


@command.command("show", epilog="Example: awsml catalog show ml.p3dn.24xlarge")
@click.argument("name")
@region_option
@outputs_option("text", "json")
@click.pass_obj
def show(project: Project, name: str, region: str | None, outputs: Sequence[Output]) -> None:
    """Show all facts about an instance type or a built-in algorithm."""
    where = known_region(region or project.region)
    one, algorithm = catalog.instance(name), catalog.algorithm(name)
    if one is not None:
        machine = one
        written(
            outputs,
            lambda width: shown.instance_text(machine, where, width),
            lambda: shown.instance_json(machine, where),
        )
    elif algorithm is not None:
        method = algorithm
        written(
            outputs,
            lambda width: algorithm_text(method, width),
            lambda: algorithm_json(method),
        )
    else:
        raise _unknown(name)
    warn_of_age(where)


@command.command(
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
def find_types(
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


@command.command(
    "images",
    epilog="Example: awsml catalog images pytorch --for batch",
    short_help="List the versions of framework images.",
)
@click.argument("framework", required=False)
@click.option(
    "--for",
    "use",
    type=click.Choice(list(IMAGE_USES)),
    default="training",
    show_default=True,
    help="What the images are for.",
)
@outputs_option("text", "json")
@click.pass_obj
def images(project: Project, framework: str | None, use: str, outputs: Sequence[Output]) -> None:
    """List the versions of framework images, and until when each is patched."""
    names = [framework] if framework else list(catalog.frameworks())
    if framework and framework not in catalog.frameworks():
        raise UsageError(
            f"`{framework}` has no images that are known here",
            hint=f"one of {', '.join(catalog.frameworks())}, or a built-in algorithm's name",
        )
    region = known_region(project.region)
    rows = [row for name in names for row in _image_rows(name, use, region)]
    today = datetime.now(UTC).date().isoformat()
    written(
        outputs,
        lambda width: shown.images_text(rows, today, width),
        lambda: {"version": 1, "for": use, "region": region, "images": rows},
    )


def _image_rows(framework: str, use: str, region: str) -> list[dict[str, Any]]:
    """Newest first; the GPU image, or the CPU one of a framework that has no other."""
    rows = []
    for version in catalog.versions(framework, "training" if use == "batch" else use):
        for machine in ("ml.g5.xlarge", "ml.m5.xlarge"):
            image = catalog.image(framework, version, region, machine, use)
            if isinstance(image, catalog.Image):
                rows.append(
                    {
                        "framework": framework,
                        "version": version,
                        "end_of_patch": image.end_of_patch,
                        "uri": image.uri,
                        "cuda": image.cuda,
                        "python": image.python,
                        "notes": list(image.notes),
                    }
                )
                break
    return rows


def _unknown(name: str) -> UsageError:
    methods = [one.name for one in catalog.algorithms()]
    close = catalog.nearest(name) or catalog.nearest(name, methods)
    hint = f"did you mean `{'`, `'.join(close)}`?" if close else "run `awsml catalog find`"
    return UsageError(
        f"`{name}` is no instance type or algorithm that is known here",
        hint=hint,
        slug="unknown-instance",
    )


for part in (status, diff, refresh):
    command.add_command(part)
