"""`awsml cluster fit`: throughput at other counts of GPUs, or what to measure first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from awsml.cli.commands.cluster.bench import counts_option
from awsml.cli.commands.cluster.table import Flags, answer_for_table
from awsml.cli.options import refused, set_option
from awsml.cli.output import Output, Writer, as_json_text, outputs_option, say, write_pages
from awsml.cli.overrides import common_flags
from awsml.cli.planning import planned
from awsml.cli.project import Project
from awsml.cli.quantities import above_zero
from awsml.decide.cluster.scaling import scaling_blocks
from awsml.errors import UsageError
from awsml.render.cluster import cluster_text
from awsml.render.cluster_page import cluster_page
from awsml.render.findings import findings_text
from awsml.scenario.document import Document
from awsml.scenario.overrides import Override
from awsml.units import parse_bits_per_second, parse_count

_RATE = above_zero(parse_bits_per_second)


_SCENARIOS = frozenset({".yaml", ".yml", ".json"})


@click.command(
    "fit",
    epilog="Example: awsml cluster fit bench.csv --topology topo.txt",
    short_help="Predict throughput at other counts of GPUs.",
)
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="[FILE]")
@click.option("--predict", callback=counts_option, metavar="N,N", help="Counts of GPUs to predict.")
@click.option(
    "--topology",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What `nvidia-smi topo -m`, `topo -p2p r` and `nvlink -s` print, in one file.",
)
@click.option("--gpu", metavar="CARD", help="The card, such as `RTX 3090`.")
@click.option("--gpus", type=click.IntRange(min=1), help="GPUs of one node.")
@click.option(
    "--network",
    metavar="RATE",
    callback=_RATE,
    help="Line rate between nodes, such as `20 Gbps`.",
)
@click.option(
    "--link",
    metavar="RATE",
    callback=_RATE,
    help="Measured rate between GPUs of a node, such as `17 GB/s`.",
)
@click.option(
    "--parameters",
    metavar="COUNT",
    callback=above_zero(parse_count),
    help="Parameters of the model, such as 305M.",
)
@click.option(
    "--gradients",
    type=click.Choice(["fp32", "bf16", "fp16"]),
    default=None,
    help="Type in which gradients are exchanged.  [default: fp32]",
)
@set_option
@outputs_option("text", "json", "html")
@click.pass_obj
def command(
    project: Project,
    /,
    file: Path | None,
    predict: list[int],
    outputs: Sequence[Output],
    sets: Sequence[str],
    **flags: Any,
) -> int:
    """Predict throughput at other counts of GPUs, with intervals, or say what to measure first.

    FILE is a CSV with the columns strategy,gpus,nodes,batch_per_gpu,throughput, or a scenario;
    it may be left out where the project has just one such scenario.
    """
    given = Flags(**flags)
    if file is not None and file.suffix not in _SCENARIOS:
        if sets:
            raise UsageError("--set is for scenarios", hint="use --gpu, --network, --parameters")
        answer = answer_for_table(file, given, predict)
        _write(outputs, file.stem, {"version": 1, **scaling_blocks(answer)})
        return 0
    work = planned(
        project,
        file,
        lambda document: _overrides(document, project, given, predict, sets),
        kinds=("cluster",),
    )
    findings = work.report.findings
    blocks = {"version": 1, "name": work.plan.name, **work.report.blocks}
    if "form" in blocks:
        blocks["findings"] = [finding.as_json() for finding in findings]
        _write(outputs, work.plan.name, blocks)
    if findings:
        say(findings_text(findings, work.document.source_line))
    return 1 if refused(findings) else 0


def _overrides(
    _: Document, project: Project, flags: Flags, predict: Sequence[int], sets: Sequence[str]
) -> list[Override]:
    found = [Override(field, value, flag, value) for field, value, flag in flags.fields()]
    if predict:
        listed = f"[{', '.join(map(str, predict))}]"
        found.append(Override("questions.predict", listed, "--predict", listed))
    return [*found, *common_flags(sets, project.region)]


def _write(outputs: Sequence[Output], title: str, blocks: Mapping[str, Any]) -> None:
    writers: dict[str, Writer] = {
        "text": lambda style: cluster_text(blocks, style.width),
        "json": lambda _: as_json_text(blocks),
        "html": lambda _: cluster_page(title, blocks),
    }
    write_pages(outputs, writers, f"cluster-{title}")
