"""Retries and schedule of a batch plan as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from awsml.render.table import Column, indented, table
from awsml.units import counted, format_duration, format_usd

_CONDITIONS = {
    "onStatusReason": "status reason",
    "onReason": "reason",
    "onExitCode": "exit code",
}


def retry_section(block: Mapping[str, Any], width: int) -> str:
    """Attempts, odds and what they rest on; then the rules in the order AWS reads them."""
    lines = [
        *indented(f"retry     {attempts_text(block)}", width, 0),
        *indented(odds_text(block), width),
    ]
    columns = [Column(name, shrink=True) for name in RULE_HEADINGS]
    return "\n".join([*lines, table(columns, rule_rows(block), width, indent=2)])


RULE_HEADINGS = ("when an attempt ends with", "then")


def rule_rows(block: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [(_condition(rule), rule["action"].lower()) for rule in block["rules"]]


def attempts_text(block: Mapping[str, Any]) -> str:
    return counted(block["attempts"], "attempt") + _odds(block)


def odds_text(block: Mapping[str, Any]) -> str:
    """What the odds rest on, or what would tell them."""
    if block["p_finish"] is None:
        return f"odds unknown (tell {block['missing'][0]})"
    return _spread(block)


def _odds(block: Mapping[str, Any]) -> str:
    share = block["p_finish"]
    if share is None:
        return ""
    text = f", {_percent(share)} of runs finish"
    deadline = block["p_finish_before_deadline"]
    return text if deadline is None else f"{text}, {_percent(deadline)} before the deadline"


def _percent(share: float) -> str:
    """Nothing is certain, whatever rounding says."""
    return "over 99.99%" if share > 0.9999 else f"{share:.2%}"


def _spread(block: Mapping[str, Any]) -> str:
    low, high = block["p_finish_range"]
    hours, usd = block["hours"], block["usd"]
    parts = [f"{_percent(low)} to {_percent(high)} where reclaims are rough or calm"]
    parts.append(f"a job runs {_hours(hours['expected'])}, p99 wall-clock {_hours(hours['p99'])}")
    if usd["expected"] is not None:
        parts.append(f"{format_usd(usd['expected'])} a job, p99 {format_usd(usd['p99'])}")
    return "; ".join(parts)


def _hours(hours: float | None) -> str:
    return "without end" if hours is None else format_duration(hours * 3600)


def _condition(rule: Mapping[str, str]) -> str:
    named = [f"{text} {rule[key]}" for key, text in _CONDITIONS.items() if key in rule]
    return "anything else" if named == ["reason *"] else " and ".join(named)


def schedule_section(block: Mapping[str, Any], width: int) -> str:
    """The expression, the next runs in local time and UTC, and what surprises."""
    lines = [f"schedule  {block['expression']} in {block['timezone']}"]
    if rows := next_rows(block):
        lines.append(table((Column("next runs"), Column("")), rows, width, indent=2))
    for warning in block["warnings"]:
        lines += indented(f"note: {warning}", width)
    return "\n".join(lines)


def next_rows(block: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Each moment where the schedule is written for, and in UTC."""
    return [
        (_local(there), f"{datetime.fromisoformat(utc).astimezone(UTC):%a %Y-%m-%d %H:%M} UTC")
        for there, utc in zip(block["next"], block["next_utc"], strict=True)
    ]


def _local(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return f"{moment:%a %Y-%m-%d %H:%M %z}"
