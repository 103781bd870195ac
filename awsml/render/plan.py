"""A report as a person reads it: what it costs, how long it takes, what would be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from awsml.basis import Basis, Estimate
from awsml.finding import NotChecked
from awsml.plan import Call, Origin, Ref, Source, Text, Unknown, join_path
from awsml.render.batch import retry_section, schedule_section
from awsml.render.cluster import cluster_text
from awsml.render.measured import measured_section
from awsml.render.modes import modes_section
from awsml.render.search import search_section
from awsml.render.serving import candidates_section, diagnosis_section
from awsml.render.table import Column, indented, table, wrap
from awsml.report import Cost, Effective, Phase, Report, TimeLine
from awsml.store.predicted import billed_seconds, whole_seconds
from awsml.units import format_count, format_duration, format_usd

# What a kind adds to a plan, by the name of its block.
BLOCKS: Mapping[str, Callable[[Any, int], str]] = {
    "measured": measured_section,
    "search": search_section,
    "diagnosis": diagnosis_section,
    "candidates": candidates_section,
    "retry": retry_section,
    "schedule": schedule_section,
}
LONGEST_SOURCE = max(len(source.value) for source in Source)


def plan_text(report: Report, width: int = 80, title: str | None = None) -> str:
    """The whole report; sections without content are left out."""
    report = report.shown()
    sections = [
        header(report, title),
        cost_section(report.cost, width) if report.plan.calls else "",
        time_section(report.time, width, on_spot(report)),
        modes_section(report.time, width),
        *(show(report.blocks[n], width) for n, show in BLOCKS.items() if n in report.blocks),
        cluster_text(report.blocks, width) if report.plan.kind == "cluster" else "",
        effective_section(report.effective, width),
        *(call_section(call, width) for call in report.plan.calls),
    ]
    return "\n\n".join(section for section in sections if section)


def header(report: Report, title: str | None) -> str:
    plan = report.plan
    where = plan.region or "no region given"
    return f"{plan.name}: {title or plan.kind}, {where}"


def cost_section(cost: Cost, width: int) -> str:
    """Expected, range and ceiling; then what they are made of."""
    lines = [f"cost      {range_text(cost.usd, 'USD')} per {cost.per}"]
    first, *rest = wrap(ceiling_text(cost), width - 10)
    lines += [f"ceiling   {first}", *(f"          {line}" for line in rest)]
    if cost.lines:
        lines += ["", cost_lines(cost, width)]
    if cost.left_out:
        lines += ["", *indented(f"left out: {'; '.join(cost.left_out)}", width)]
    return "\n".join(lines)


def cost_lines(cost: Cost, width: int) -> str:
    """Quantity times price, line by line; then where and when the prices were read."""
    columns = [Column(name, shrink=name == "dollars") for name in COST_HEADINGS]
    listed = [part for text in price_sources(cost) for part in indented(f"price: {text}", width)]
    return "\n".join([table(columns, cost_rows(cost), width, indent=2), *listed])


COST_HEADINGS = ("item", "quantity", "price", "dollars")


def cost_rows(cost: Cost) -> list[tuple[str, ...]]:
    return [
        (
            line.what,
            amount_text(line.quantity.expected, line.quantity.unit)
            if line.quantity.expected is not None
            else "unknown",
            price_text(line.price),
            range_text(line.usd, "USD"),
        )
        for line in cost.lines
    ]


def price_sources(cost: Cost) -> list[str]:
    """Where and when the prices were read, each once."""
    read = [(line.region, line.date, line.source) for line in cost.lines if line.source]
    return [", ".join(part for part in entry if part) for entry in dict.fromkeys(read)]


def ceiling_text(cost: Cost) -> str:
    if cost.ceiling is None:
        return "unknown"
    because = f" ({cost.ceiling_because})" if cost.ceiling_because else ""
    return f"{format_usd(cost.ceiling)}{because}"


def time_section(time: TimeLine, width: int, interrupted: bool = False) -> str:
    if not time.phases:
        return ""
    rows = [
        (
            phase.name,
            phase_time(phase),
            "billed" if phase.billed else "not billed",
            phase.seconds.basis.value,
        )
        for phase in time.phases
    ]
    columns = (Column("phase"), Column("time"), Column("", shrink=True), Column("basis"))
    totals = time_totals(time, interrupted)
    whole = [line for name, text in totals for line in indented(f"{name}: {text}", width)]
    wanted = narrowing(time)
    surer = indented(f"to be surer, tell {', '.join(wanted)}", width) if wanted else ()
    return "\n".join(["time", table(columns, rows, width, indent=2), *whole, *surer])


def narrowing(time: TimeLine) -> tuple[str, ...]:
    """Fields that would narrow a time which is known in the main."""
    known = (phase.seconds for phase in time.phases if phase.seconds.known)
    return tuple(dict.fromkeys(name for each in known for name in each.missing))


def phase_time(phase: Phase) -> str:
    """An image that is there before the copy ends adds nothing to the time."""
    text = range_text(phase.seconds, "seconds")
    return "0 s, beside the copy" if phase.name == "image" and text == "0 s" else text


def on_spot(report: Report) -> bool:
    """Whether interruptions come on top of the time line."""
    written: str = report.blocks.get("spot", {}).get("as_written", "on-demand")
    return written != "on-demand"


def time_totals(time: TimeLine, interrupted: bool = False) -> list[tuple[str, str]]:
    """From the request to the end, and what is billed of one machine."""
    plain = time.as_json()
    missing = (name for phase in time.phases for name in phase.seconds.missing)
    wanted = tuple(dict.fromkeys(missing))
    calm = ", without interruption" if interrupted else ""
    names = ("wall-clock time", whole_seconds(plain)), ("billed time", billed_seconds(plain))
    return [
        (f"{name}{calm}", range_text(Estimate(*bounds, "s", missing=wanted), "seconds"))
        for name, bounds in names
        if bounds is not None
    ]


def effective_section(effective: Mapping[str, Effective], width: int) -> str:
    """Values that flags, defaults or awsml set; the request shows what is built in."""
    shown = effective_rows(effective)
    if not shown:
        return ""
    columns = [Column(name, shrink=name in ("value", "because")) for name in EFFECTIVE_HEADINGS]
    return "values not from the scenario\n" + table(columns, shown, width, indent=2)


def _said_by_its_field(path: str, effective: Mapping[str, Effective]) -> bool:
    """`input_mode.train` repeats `inputs.train.mode`, for those who only know the channel."""
    before, found, channel = path.rpartition("input_mode.")
    return bool(found) and f"{before}inputs.{channel}.mode" in effective


EFFECTIVE_HEADINGS = ("field", "value", "set by", "because")


def effective_rows(effective: Mapping[str, Effective]) -> list[tuple[str, ...]]:
    return [
        (path, value_text(entry.value), entry.source.value, entry.because or "")
        for path, entry in effective.items()
        if entry.source not in (Source.SCENARIO, Source.BUILT_IN)
        and not _said_by_its_field(path, effective)
    ]


def call_section(call: Call, width: int) -> str:
    """The request, each value with who set it."""
    lines = list(_value_lines(call, "", call.params, 1))
    longest = max((len(text) for text, _ in lines), default=0)
    column = min(longest, width - LONGEST_SOURCE - 2)
    return "\n".join([call.api, *(_sourced(text, source, column) for text, source in lines)])


def _sourced(text: str, source: Source | None, column: int) -> str:
    return f"{text:<{column}}  {source.value}" if source else text


def _value_lines(
    call: Call, path: str, value: Any, depth: int
) -> Iterator[tuple[str, Source | None]]:
    indent = "  " * depth
    for step, inner in _members(value):
        inner_path = join_path(path, step)
        label = f"{indent}{step}:" if isinstance(step, str) else f"{indent}-"
        if isinstance(inner, Mapping | list | tuple) and inner:
            yield label, None
            yield from _value_lines(call, inner_path, inner, depth + 1)
        else:
            origin: Origin | None = call.origin(inner_path)
            yield f"{label} {value_text(inner)}", origin.source if origin else None


def _members(value: Any) -> Iterable[tuple[str | int, Any]]:
    return value.items() if isinstance(value, Mapping) else enumerate(value)


def not_checked_text(skipped: Sequence[NotChecked], width: int) -> str:
    """What no rule could decide, and what would tell."""
    if not skipped:
        return ""
    columns = [Column(name, shrink=name != "rule") for name in SKIPPED_HEADINGS]
    return "not checked\n" + table(columns, skipped_rows(skipped), width, indent=2)


SKIPPED_HEADINGS = ("rule", "parameter", "because")


def skipped_rows(skipped: Sequence[NotChecked]) -> list[tuple[str, ...]]:
    return [(entry.slug, entry.request_path or "", entry.reason) for entry in skipped]


def value_text(value: Any) -> str:
    """One value on one line; refs as ‹name›."""
    if isinstance(value, Ref | Text | Unknown):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    first, *rest = str(value).splitlines() or [""]
    return f"{first} … {len(rest)} more lines" if rest else first


def range_text(estimate: Estimate, unit: str) -> str:
    """`~` marks what is not listed or measured; a range where low and high differ."""
    low, expected, high = estimate.low, estimate.expected, estimate.high
    if expected is None:
        return "unknown" + (f" (tell {', '.join(estimate.missing)})" if estimate.missing else "")
    text = amount_text(expected, unit)
    if low is not None and high is not None and amount_text(low, unit) != amount_text(high, unit):
        text += f" ({amount_text(low, unit)} to {amount_text(high, unit)})"
    return text


def price_text(price: Estimate) -> str:
    """A unit price; a derived one carries `~`."""
    if price.expected is None:
        return "unknown"
    mark = "~" if price.basis.rank >= Basis.DERIVED.rank else ""
    return f"{mark}${price.expected:.4g}/{price.unit.removeprefix('USD/')}"


def amount_text(amount: float, unit: str) -> str:
    if unit == "USD":
        return format_usd(amount)
    if unit == "seconds":
        return format_duration(amount)
    if unit in ("hour", "instance-hour"):
        return format_duration(amount * 3600)
    return f"{format_count(amount)} {unit}"
