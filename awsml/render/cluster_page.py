"""A cluster's figures as a page with charts, from the blocks of its plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from awsml.render.chart import Axis, Chart, Series
from awsml.render.cluster import (
    POINT_HEADINGS,
    Block,
    flag_texts,
    memory_rows,
    point_rows,
    prediction_rows,
    rent_rows,
)
from awsml.render.page import Section, Table, page


def cluster_page(title: str, blocks: Block) -> str:
    """The report as one page with its charts."""
    lead = f"form: {blocks['form']}, because {blocks['form_because']}"
    return page(title, lead, cluster_sections(blocks))


def cluster_sections(blocks: Block) -> list[Section]:
    """Charts, figures, and what memory and money say, for this page and for a plan's."""
    sections = [
        Section("Scaling", _paragraphs(blocks), charts=charts(blocks)),
        Section(
            "Figures",
            tables=[
                Table(POINT_HEADINGS, list(point_rows(blocks)), POINT_HEADINGS[1:], "Measured"),
                Table(
                    ("strategy", "GPUs", "samples/s", "efficiency", "basis"),
                    list(prediction_rows(blocks)),
                    ("GPUs",),
                    "Predicted",
                ),
            ],
        ),
    ]
    extra = [
        Table(("memory", "a GPU", "verdict"), list(memory_rows(blocks)), ("a GPU",)),
        Table(("own or rent", "an hour", "because"), list(rent_rows(blocks)), ("an hour",)),
    ]
    kept = [each for each in extra if each.rows]
    if kept:
        sections.append(Section("Memory and money", tables=kept))
    return sections


def _paragraphs(blocks: Block) -> list[str]:
    losses = [f"{fit['strategy']}: {fit['loss']}" for fit in blocks["fits"] if fit["loss"]]
    return [*losses, *flag_texts(blocks)]


def charts(blocks: Block) -> list[Chart]:
    """Throughput and efficiency with intervals and points, and the split of a step's time."""
    fits = [fit for fit in blocks["fits"] if fit["points"]]
    if not fits:
        return []
    found = [_throughput_chart(fits), _efficiency_chart(fits), *map(_split_chart, fits)]
    money = _money_chart(blocks)
    return [*found, *([money] if money else [])]


def _throughput_chart(fits: Sequence[Block]) -> Chart:
    series = []
    for fit in fits:
        series += _curve_series(fit, lambda point, key: float(point[key]))
        points = [(float(p["gpus"]), float(p["throughput"])) for p in fit["points"]]
        series.append(Series(f"{fit['strategy']} measured", points, "points"))
    title = "Throughput against GPUs"
    return Chart(title, Axis("GPUs"), Axis("samples/s", zero=True), series, note=_NOTE)


_NOTE = "bands cover some nine in ten public series"


def _efficiency_chart(fits: Sequence[Block]) -> Chart:
    series = []
    for fit in fits:
        single = next((p["throughput"] for p in fit["points"] if p["gpus"] == 1), None)
        if single is None:
            continue
        series += _curve_series(fit, lambda p, key, one=single: p[key] / one / p["gpus"])
        points = [(float(p["gpus"]), float(p["efficiency"])) for p in fit["points"]]
        series.append(Series(f"{fit['strategy']} measured", points, "points"))
    return Chart("Efficiency against GPUs", Axis("GPUs"), Axis("of one GPU", zero=True), series)


def _curve_series(fit: Block, value: Any) -> list[Series]:
    curve = fit["curve"]
    low = [(float(p["gpus"]), value(p, "low")) for p in curve]
    high = [value(p, "high") for p in curve]
    middle = [(float(p["gpus"]), value(p, "expected")) for p in curve]
    return [Series("", low, "band", high), Series(f"{fit['strategy']} fitted", middle)]


def _split_chart(fit: Block) -> Chart:
    """Work and waiting of a step at each measured count."""
    points = [p for p in fit["points"] if "step_seconds" in p]
    names = [str(p["gpus"]) for p in points]
    steps = [(float(i), p["step_seconds"]) for i, p in enumerate(points)]
    work = [(float(i), p["step_seconds"] - p["waiting_seconds"]) for i, p in enumerate(points)]
    series = [Series("waiting for gradients", steps, "bars"), Series("work", work, "bars")]
    title = f"A step of {fit['strategy']}"
    unit = "seconds" if fit["batch_per_gpu"] else "seconds per sample of a GPU"
    return Chart(title, Axis("GPUs"), Axis(unit, zero=True), series, names)


def _money_chart(blocks: Block) -> Chart | None:
    """Dollars an hour against throughput, where both are known."""
    points = [
        (each["throughput"]["expected"], each["usd_per_hour"]["expected"], each["option"])
        for each in blocks.get("own_or_rent", ())
        if each["usd_per_hour"]["expected"] is not None
        and each.get("throughput")
        and each["throughput"]["expected"] is not None
    ]
    if len(points) < 2:
        return None
    series = [Series(name, [(x, y)], "points") for x, y, name in points]
    axes = (Axis("samples/s", zero=True), Axis("dollars an hour", zero=True))
    return Chart("Dollars against throughput", *axes, series)
