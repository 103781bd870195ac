"""What a plan says about a search: so many at once, and the scale of each range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsml.render.cells import visible
from awsml.render.table import Column, table
from awsml.units import counted, format_duration, format_usd


def setting_text(setting: Mapping[str, str]) -> str:
    """The values of a trial to be looked at; the whole numbers are in its run."""
    return visible("  ".join(f"{name}={_short(text)}" for name, text in setting.items()))


def _short(text: str) -> str:
    try:
        return f"{float(text):.3g}" if "." in text or "e" in text else text
    except ValueError:
        return text


def search_section(block: Mapping[str, Any], width: int) -> str:
    """The numbers by trials at once, then the scales."""
    return f"{_by_parallel(block, width)}\n\n{_parameters(block, width)}"


def _by_parallel(block: Mapping[str, Any], width: int) -> str:
    *numbers, last = parallel_headings(block)
    columns = [*(Column(name, right=True) for name in numbers), Column(last, shrink=True)]
    return f"{search_title(block)}\n" + table(columns, parallel_rows(block), width, indent=2)


def search_title(block: Mapping[str, Any]) -> str:
    """What the figures are of: the way to the target, or all trials of the budget."""
    if any(row["trials_to_target"]["expected"] is not None for row in block["by_parallel"]):
        chance = block.get("confidence")
        return "search, to the target" + (f" with {chance:.0%} probability" if chance else "")
    trials = counted(block["trials"], "trial") if block["trials"] else "so many trials"
    return f"search, {trials} (no target is given)"


def parallel_headings(block: Mapping[str, Any]) -> tuple[str, ...]:
    best = f"best of {block['trials'] or 'them'}, median"
    return "at once", "trials", "dollars", "wall-clock", best


def parallel_rows(block: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            str(row["parallel"]),
            _figure(row["trials_to_target"], "{:.0f}".format),
            _figure(row["usd"], format_usd),
            _figure(row["wall_seconds"], format_duration),
            _top(row["planned"]["expected_top"]),
        )
        for row in block["by_parallel"]
    ]


SCALE_HEADINGS = ("parameter", "scale", "because")


def scale_rows(block: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [(each["name"], each["scale"], each["because"]) for each in block["parameters"]]


def _parameters(block: Mapping[str, Any], width: int) -> str:
    columns = [Column(name, shrink=name == "because") for name in SCALE_HEADINGS]
    return "scales\n" + table(columns, scale_rows(block), width, indent=2)


def _figure(estimate: Mapping[str, Any], shown: Any) -> str:
    expected = estimate["expected"]
    return "unknown" if expected is None else str(shown(expected))


def _top(estimate: Mapping[str, Any] | None) -> str:
    if estimate is None or estimate["expected"] is None:
        return "unknown"
    return f"among the best {100 * estimate['expected']:.2g}%"
