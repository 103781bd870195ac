"""A cluster's figures as text, from the blocks of its plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from awsml.render.table import Column, indented, table, wrap
from awsml.units import counted, format_rate

Block = Mapping[str, Any]


def cluster_text(blocks: Block, width: int = 80) -> str:
    """Form, measured points, predictions, where time goes, what is odd about the input."""
    sections = [
        "\n".join(wrap(f"form: {blocks['form']}, because {blocks['form_because']}", width)),
        _points_text(blocks, width),
        _predictions_text(blocks, width),
        _losses_text(blocks, width),
        _flags_text(blocks, width),
        _memory_text(blocks, width),
        _rent_text(blocks, width),
    ]
    return "\n\n".join(section for section in sections if section)


def cluster_facts(blocks: Block) -> list[tuple[str, str]]:
    """The form of the curve, and the fastest that was measured."""
    if "form" not in blocks:
        return []
    points = [
        (point["throughput"], fit["strategy"], point["gpus"])
        for fit in blocks["fits"]
        for point in fit["points"]
    ]
    facts = [("Form of the curve", f"{blocks['form']}: {blocks['form_because']}")]
    if points:
        most, strategy, gpus = max(points)
        facts.append(
            ("Fastest measured", f"{most:g} samples/s, {strategy} on {counted(gpus, 'GPU')}")
        )
    return facts


def cluster_rows(blocks: Block) -> list[tuple[str, str]]:
    """The same and what is predicted, in a line each."""
    if "form" not in blocks:
        return []
    predicted = [
        (
            f"predicted, {strategy} on GPUs: {gpus}",
            f"{told} samples/s, {share} of one GPU each ({basis})" if basis else told,
        )
        for strategy, gpus, told, share, basis in prediction_rows(blocks)
    ]
    return [*cluster_facts(blocks), *predicted]


def _points_text(blocks: Block, width: int) -> str:
    rows = [tuple(row) for row in point_rows(blocks)]
    if not rows:
        return ""
    columns = [Column(name, right=i > 0) for i, name in enumerate(POINT_HEADINGS)]
    return "measured\n" + table(columns, rows, width, indent=2)


POINT_HEADINGS = ("strategy", "GPUs", "samples/s", "speed-up", "efficiency", "step", "waiting")


def point_rows(blocks: Block) -> Iterator[tuple[str, ...]]:
    for fit in blocks["fits"]:
        for point in fit["points"]:
            known = "efficiency" in point
            yield (
                fit["strategy"],
                str(point["gpus"]),
                f"{point['throughput']:g}",
                f"{point['speedup']:.2f}" if known else "unknown",
                f"{point['efficiency']:.1%}" if known else "unknown",
                f"{point['step_seconds']:.3f} s" if known and fit["batch_per_gpu"] else "unknown",
                f"{point['waiting_seconds'] / point['step_seconds']:.0%}" if known else "unknown",
            )


def _predictions_text(blocks: Block, width: int) -> str:
    rows = list(prediction_rows(blocks))
    if not rows:
        return ""
    columns = (
        Column("strategy"),
        Column("GPUs", right=True),
        Column("samples/s", shrink=True),
        Column("efficiency"),
        Column("basis"),
    )
    return "predicted\n" + table(columns, rows, width, indent=2)


def prediction_rows(blocks: Block) -> Iterator[tuple[str, ...]]:
    for each in blocks["predictions"]:
        gpus = str(each["gpus"]) + (f" on {each['nodes']} nodes" if each["nodes"] > 1 else "")
        if "refused" in each:
            refused = each["refused"]
            text = f"refused: {refused['because']}; measure {refused['measure']}"
            yield each["strategy"], gpus, text, "", ""
            continue
        share = each.get("efficiency")
        yield (
            each["strategy"],
            gpus,
            _range(each["throughput"]),
            f"{share['expected']:.0%}" if share else "unknown",
            each["throughput"]["basis"],
        )


def _losses_text(blocks: Block, width: int) -> str:
    return "\n".join(
        line
        for fit in blocks["fits"]
        if fit["loss"]
        for line in wrap(f"{fit['strategy']}: {fit['loss']}", width)
    )


def _flags_text(blocks: Block, width: int) -> str:
    lines = [line for text in flag_texts(blocks) for line in indented(text, width)]
    return "\n".join(["look at", *lines]) if lines else ""


def flag_texts(blocks: Block) -> Iterator[str]:
    for flag in blocks["flags"]:
        who = f"{flag['strategy']}: " if flag["strategy"] else ""
        where = f" (line {flag['line']})" if flag["line"] else ""
        yield f"[{flag['slug']}] {who}{flag['message']}{where}"


def _memory_text(blocks: Block, width: int) -> str:
    rows = list(memory_rows(blocks))
    if not rows:
        return ""
    columns = (Column("memory"), Column("a GPU", right=True), Column("", shrink=True))
    return table(columns, rows, width)


def memory_rows(blocks: Block) -> Iterator[tuple[str, ...]]:
    for each in blocks.get("memory", ()):
        needs = each["gib"]
        shown = (
            f"{format_rate(needs['expected'])} GiB" if needs["expected"] is not None else "unknown"
        )
        yield each["what"], shown, f"{each['verdict']}: {each['because']}"


def _rent_text(blocks: Block, width: int) -> str:
    rows = list(rent_rows(blocks))
    if not rows:
        return ""
    columns = (Column("own or rent"), Column("an hour", right=True), Column("", shrink=True))
    return table(columns, rows, width)


def rent_rows(blocks: Block) -> Iterator[tuple[str, ...]]:
    for each in blocks.get("own_or_rent", ()):
        usd = each["usd_per_hour"]
        shown = f"${usd['expected']:.2f}" if usd["expected"] is not None else "unknown"
        yield each["option"], shown, each["because"]


def _range(estimate: Block) -> str:
    low, middle, high = estimate["low"], estimate["expected"], estimate["high"]
    shown = format_rate(middle)
    return shown if low == high else f"{shown} ({format_rate(low)} to {format_rate(high)})"
