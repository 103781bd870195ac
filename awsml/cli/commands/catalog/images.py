"""`awsml catalog images`: the versions of framework images."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from awsml import catalog
from awsml.catalog.images import USES as IMAGE_USES
from awsml.cli.facts import known_region, written
from awsml.cli.output import Output, outputs_option
from awsml.cli.project import Project
from awsml.errors import UsageError
from awsml.render import catalog as shown


@click.command(
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
def command(project: Project, framework: str | None, use: str, outputs: Sequence[Output]) -> None:
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
