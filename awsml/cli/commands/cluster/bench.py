"""`awsml cluster bench`: measures scaling here, and writes the CSV that `cluster fit` reads."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import click

from awsml.backends.local.scaling_bench import Bench, Measured, devices, measure
from awsml.cli.facts import today
from awsml.cli.output import say, write_file
from awsml.cli.project import Project
from awsml.errors import UsageError
from awsml.readers.measurements import COLUMNS

STRATEGIES = ("ddp", "zero1")
_HEADING = (*COLUMNS, "host", "precision", "date")


def counts_option(_: click.Context, __: click.Parameter, text: str | None) -> list[int]:
    """A list of counts such as 1,2,4; none is empty."""
    try:
        counts = [int(part) for part in text.split(",")] if text else []
    except ValueError as error:
        raise click.BadParameter(f"`{text}` is no list of counts, such as 8,10,20") from error
    if any(count < 1 for count in counts):
        raise click.BadParameter("a count of GPUs is at least 1")
    return counts


def _size(name: str, default: int, text: str) -> Callable[[Any], Any]:
    kind = click.IntRange(min=1)
    return click.option(f"--{name}", type=kind, default=default, show_default=True, help=text)


@click.command(
    "bench",
    epilog="Example: awsml cluster bench --layers 4 --hidden 256 --heads 4",
    short_help="Measure training steps on 1, 2, 4 and more GPUs.",
)
@click.option(
    "--gpus",
    "counts",
    callback=counts_option,
    metavar="N,N",
    help="Counts of GPUs or processes to measure, such as 1,2,4.",
)
@click.option(
    "--strategy",
    "strategies",
    type=click.Choice(STRATEGIES),
    multiple=True,
    default=STRATEGIES,
    help="ddp, or zero1 with sharded optimizer states; both by default.",
)
@_size("layers", 16, "Transformer layers.")
@_size("hidden", 1024, "Hidden size.")
@_size("heads", 16, "Attention heads.")
@_size("vocabulary", 50_257, "Tokens of the vocabulary.")
@_size("sequence", 512, "Tokens per sample.")
@_size("batch", 4, "Samples per step on each GPU.")
@_size("steps", 20, "Steps per repeat.")
@_size("repeats", 3, "Repeats; all are written, and fit takes the median.")
@_size("largest-kilobytes", 262_144, "The largest all-reduce to measure.")
@click.option(
    "--backend",
    type=click.Choice(["auto", "nccl", "gloo"]),
    default="auto",
    help="nccl on GPUs, gloo on CPUs.",
)
@click.option("--python", metavar="PATH", help="Python with torch; awsml's own if left out.")
@click.option(
    "--max-seconds",
    type=click.FloatRange(0.1),
    default=1800.0,
    show_default=True,
    help="The longest that one count may take.",
)
@click.option(
    "--to", type=click.Path(path_type=Path), default=Path("bench.csv"), help="The CSV to write."
)
@click.option(
    "--all-reduce",
    type=click.Path(path_type=Path),
    help="Write a CSV of all-reduce bandwidth by size, too.",
)
@click.pass_obj
def command(
    project: Project,
    /,
    counts: list[int],
    to: Path,
    all_reduce: Path | None,
    python: str | None,
    max_seconds: float,
    **shape: Any,
) -> None:
    """Train a GPT-style transformer for a few steps on 1, 2, ... GPUs, or processes of the CPU.

    It needs torch (pip install 'awsml[torch]'), and writes throughputs for `awsml cluster fit`.
    """
    if shape["hidden"] % shape["heads"]:
        message = f"{shape['heads']} heads do not divide a hidden size of {shape['hidden']}"
        raise UsageError(message, hint="choose --heads that divides --hidden")
    interpreter = python or sys.executable
    gpus = devices(interpreter, os.environ)
    what = "GPUs" if gpus and shape["backend"] != "gloo" else "processes of the CPU"
    wanted = sorted(set(counts)) or _doubling(gpus or os.cpu_count() or 1)
    say(f"on this machine: {', '.join(map(str, wanted))} {what}")
    run = Bench(
        python=interpreter,
        counts=wanted,
        limit_seconds=max_seconds,
        environ=os.environ,
        **shape,
    )
    found = list(_told(run))
    write_file(to, _table(found, shape["batch"], str(today())))
    say(f"wrote {project.shown(to)}; next: awsml cluster fit {project.shown(to)}")
    if all_reduce is not None:
        write_file(all_reduce, _bandwidths(found))
        say(f"wrote {project.shown(all_reduce)}")


def _doubling(most: int) -> list[int]:
    """1, 2, 4, ... and the last."""
    counts = [2**power for power in range(most.bit_length()) if 2**power <= most]
    return sorted({*counts, most})


def _told(run: Bench) -> Iterator[Measured]:
    for each in measure(run):
        rates = each.throughputs
        spread = (max(rates) - min(rates)) / median(rates)
        say(
            f"{each.strategy} on {each.gpus}: {median(rates):.4g} samples/s "
            f"(median of {len(rates)}, spread {spread:.0%})"
        )
        yield each


def _table(found: Sequence[Measured], batch: int, date: str) -> str:
    """A row for each repeat; the host's facts are remarks on top."""
    facts, parameters = found[0].facts, found[0].parameters
    out = io.StringIO()
    for name, value in {**facts, "parameters": parameters}.items():
        out.write(f"# {name}: {value}\n")
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(_HEADING)
    for each in found:
        for rate in each.throughputs:
            host, precision = each.facts["host"], each.facts["precision"]
            row = (each.strategy, each.gpus, 1, batch, f"{rate:.6g}", host, precision, date)
            rows.writerow(row)
    return out.getvalue()


def _bandwidths(found: Sequence[Measured]) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("gpus", "bytes", "seconds", "busbw_gbs"))
    for each in _first_of_each(found):
        for row in each.all_reduce:
            figures = (f"{row['seconds']:.6g}", f"{row['busbw_gbs']:.4g}")
            rows.writerow((each.gpus, int(row["bytes"]), *figures))
    return out.getvalue()


def _first_of_each(found: Sequence[Measured]) -> list[Measured]:
    """One strategy tells of the links as well as another."""
    return [each for each in found if each.strategy == found[0].strategy]
