"""`awsml endpoint bench`: what an endpoint sustains, and how late its answers are."""

from __future__ import annotations

import math
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from awsml import catalog
from awsml.api import Planned
from awsml.backends.local.load.bench import Asked, Bench, Measure, local_measure, observed
from awsml.backends.local.load.generator import Target
from awsml.backends.local.load.point import Outcome
from awsml.backends.local.machine import usable_cores
from awsml.cli.commands.endpoint.scenario import endpoint_flags, endpoint_up
from awsml.cli.files import read_text
from awsml.cli.options import scenario_argument, yes_option
from awsml.cli.output import Output, as_json_text, outputs_option, say, write_file, write_pages
from awsml.cli.planning import planned
from awsml.cli.project import Project
from awsml.cli.quantities import FiniteRange
from awsml.cli.scenarios import chosen
from awsml.cli.showing import refuse
from awsml.errors import RunFailed, UsageError
from awsml.render.bench import bench_page, bench_text, point_line
from awsml.scenario.edit import set_value
from awsml.units import QuantityError, format_bytes, parse_bytes


def _seconds(
    name: str, default: float, ends: tuple[float, float], text: str
) -> Callable[[Any], Any]:
    kind = FiniteRange(*ends)
    return click.option(f"--{name}", type=kind, default=default, show_default=True, help=text)


@click.command(
    "bench",
    epilog="Example: awsml endpoint bench --rate 50,100,200 -o html=bench.html",
    short_help="Measure latency at rising rates, and what is sustained.",
)
@scenario_argument
@click.option(
    "--url", metavar="URL", help="Address on this machine, instead of the endpoint that is up."
)
@click.option(
    "--rate", metavar="LIST", help="Arrivals a second, such as 50,100; found out if left out."
)
@click.option("--concurrency", metavar="LIST", help="Requests at a time, such as 1,4,16.")
@click.option("--batch", metavar="LIST", help="Largest batches, such as 1,4,8.")
@click.option(
    "--payload", multiple=True, metavar="FILE|SIZE", help="Body of a request; repeatable."
)
@_seconds("seconds", 3.0, (0.2, 600), "How long each point is measured.")
@_seconds("warm-up", 1.0, (0, 600), "Before the first point, not measured.")
@_seconds("max-seconds", 120.0, (1, 3600), "The longest that the whole bench may take.")
@click.option(
    "--max-requests",
    type=click.IntRange(1),
    default=200_000,
    show_default=True,
    help="The most requests of the whole bench.",
)
@click.option(
    "--on",
    type=click.Choice(["local", "aws"]),
    default="local",
    show_default=True,
    help="Where the endpoint is.",
)
@click.option(
    "--write/--no-write", "write_back", default=True, help="Write `observed` into the scenario."
)
@yes_option
@outputs_option("text", "json", "html")
@click.pass_obj
def command(
    project: Project,
    /,
    scenario: Path | None,
    url: str | None,
    on: str,
    write_back: bool,
    yes: bool,
    outputs: Sequence[Output],
    **flags: Any,
) -> int:
    """Measure an endpoint: latency at rising rates, what it sustains, errors, CPU and memory.

    Arrivals do not wait for answers, so that queueing shows. The result is written into the
    scenario as `observed`, and `awsml advise` goes on from there. Loopback only, unless --on aws.
    """
    path = chosen(project, scenario, ("endpoint",))
    work = planned(project, path, endpoint_flags(project), kinds=("endpoint",))
    if work.spec is None:
        return refuse(work, outputs)
    terms = _asked(work, flags)
    if on == "aws":
        from awsml.cli.commands.endpoint.load import (
            aws_measure,  # boto3 only where AWS is spoken to
        )

        served, measure = aws_measure(project, work, terms, yes=yes)
        found = _measured(terms, measure, _no_batches)
        where, cores, instances = served.instance, None, served.count
    else:
        measure, address = _on_this_machine(project, work, url)
        found = _measured(terms, measure, lambda most: _set_batch(address, most))
        where, cores, instances = "this-machine", usable_cores(), 1
    seen = observed(found, work.spec.traffic.p99)
    if seen is None:
        raise RunFailed(
            "no request was answered well", hint="awsml logs last", slug="bench-nothing-answered"
        )
    fields = seen.fields(where, cores, instances)
    if seen.throughput is None:
        say("no rate was answered in time, so `observed.throughput` stays unknown")
    if write_back:
        _write_observed(path, project.shown(path), work, fields)
        work = planned(project, path, endpoint_flags(project), kinds=("endpoint",))
    _show(work, found, fields, outputs)
    return 1 if any(one.failed for one in found if one.load.concurrency) else 0


def _asked(work: Planned, flags: dict[str, Any]) -> Asked:
    return Asked(
        bodies=_bodies(work, flags["payload"]),
        content_type=work.spec.traffic.content_type,
        rates=_numbers(flags["rate"], float, "--rate"),
        concurrencies=_numbers(flags["concurrency"], int, "--concurrency"),
        batches=_numbers(flags["batch"], int, "--batch"),
        seconds=flags["seconds"],
        warm_up_seconds=flags["warm_up"],
        most_seconds=flags["max_seconds"],
        most_requests=flags["max_requests"],
    )


def _numbers(text: str | None, kind: Callable[[str], Any], flag: str) -> list[Any]:
    try:
        found = [kind(part) for part in (text or "").split(",") if part.strip()]
    except ValueError as error:
        raise UsageError(f"`{text}` is no list of numbers", hint=f"{flag} 1,4,16") from error
    if not all(0 < number < math.inf for number in found):
        raise UsageError(f"`{text}` has a number that is not above 0", hint=f"{flag} 1,4,16")
    return found


def _bodies(work: Planned, named: Sequence[str]) -> list[tuple[str, bytes]]:
    """Files, or sizes of noughts; else the scenario's example."""
    if named:
        return [(name, _body(name)) for name in named]
    example = work.spec.traffic.example
    if example is None:
        raise UsageError(
            "nothing says what a request looks like",
            hint="add `traffic.example: ./request.json`, or pass --payload FILE",
            slug="no-example-request",
        )
    folder = Path(work.plan.file or ".").parent
    return [(example, _body(str(folder / example)))]


def _body(name: str) -> bytes:
    path = Path(name)
    if path.is_file():
        return path.read_bytes()
    try:
        size = parse_bytes(name)
    except QuantityError as error:
        raise UsageError(
            f"`{name}` is no file and no size", hint="--payload request.json, or --payload 10KB"
        ) from error
    largest = int(catalog.limit("endpoint_payload_maximum").value)
    if not 0 <= size <= largest:
        told = f"`{name}` is no size from 0 to {format_bytes(largest)}, SageMaker's limit"
        raise UsageError(told, hint="--payload 10KB")
    return bytes(size)


def _on_this_machine(project: Project, work: Planned, url: str | None) -> tuple[Measure, str]:
    if url is not None:
        return local_measure(Target.of(url), None), url
    run = endpoint_up(project, work.plan.name)
    address = str(run.figures["url"])
    pid = run.owner.pid if run.owner else None
    return local_measure(Target.of(f"{address}/invocations"), pid), address


def _set_batch(address: str, most: int) -> None:
    request = urllib.request.Request(f"{address}/awsml/batch", str(most).encode(), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=5):
            return
    except (urllib.error.URLError, OSError) as error:
        raise UsageError(
            "this endpoint serves no batches",
            hint="set `serving.batch` to the largest size, and deploy again",
            slug="no-batches",
        ) from error


def _no_batches(_: int) -> None:
    raise UsageError("batches of an endpoint on AWS are set by its container", hint="drop --batch")


def _measured(asked: Asked, measure: Measure, set_batch: Callable[[int], None]) -> list[Outcome]:
    """Every point, each said as it is done."""
    found = []
    for outcome in Bench(asked, measure, set_batch).outcomes():
        say(point_line(outcome.as_json()))
        found.append(outcome)
    return found


def _write_observed(path: Path, shown: str, work: Planned, fields: dict[str, str]) -> None:
    text = read_text(str(path))
    block = "{" + ", ".join(f"{name}: {value}" for name, value in fields.items()) + "}"
    write_file(path, set_value(text, "observed", block, index=work.document.index, file=shown))
    say(f"wrote observed into {shown}")


def _show(
    work: Planned, found: Sequence[Outcome], fields: dict[str, str], outputs: Sequence[Output]
) -> None:
    points = [outcome.as_json() for outcome in found]
    candidates = list(work.report.blocks.get("candidates", ()))
    name = work.plan.name
    payload = {
        "version": 1,
        "kind": "endpoint",
        "name": name,
        "points": points,
        "observed": fields,
        "candidates": candidates,
    }
    writers = {
        "text": lambda style: bench_text(points, fields, style.width),
        "json": lambda _: as_json_text(payload),
        "html": lambda _: bench_page(name, points, fields, candidates),
    }
    write_pages(outputs, writers, f"bench-{name}")
