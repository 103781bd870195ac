"""Flags of the command line as overrides of scenario fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from awsml.errors import UsageError
from awsml.scenario.document import Document
from awsml.scenario.overrides import Override

MODES = ("file", "fastfile", "pipe", "auto")


def training_flags(
    document: Document,
    *,
    input_modes: Sequence[str] = (),
    instance: str | None = None,
    spot: bool | None = None,
    max_cost: str | None = None,
    max_parallel: int | None = None,
    strategy: str | None = None,
    sets: Sequence[str] = (),
    region: str | None = None,
) -> list[Override]:
    """What the named flags come to; --set is the last word. A tuning job's trials are told
    through its `training`."""
    tuning = document.kind == "tuning"
    inside = "training." if tuning else ""
    overrides = [o for text in input_modes for o in _input_mode(text, document.plain(), inside)]
    if instance is not None:
        overrides.append(Override(f"{inside}compute.instance", instance, "--instance", instance))
    if spot is not None:
        shown, flag = ("on", "--spot") if spot else ("off", "--no-spot")
        field = "compute.spot" if document.kind == "batch" else f"{inside}spot.enabled"
        overrides.append(Override(field, shown, flag, shown))
    if max_cost is not None:
        overrides.append(money(max_cost, "budget.cost" if tuning else "limits.cost"))
    if max_parallel is not None:
        shown = str(max_parallel)
        overrides.append(Override("budget.parallel", shown, "--max-parallel", shown))
    if strategy is not None:
        overrides.append(Override("strategy", strategy, "--strategy", strategy))
    return [*overrides, *common_flags(sets, region)]


def money(text: str, field: str) -> Override:
    """`--max-cost 50` means dollars; a unit may be written too."""
    if not text.strip():  # of a variable that is not set, say: no limit is what nobody asked for
        raise UsageError("--max-cost is empty", hint="write it like `--max-cost 50`")
    bare = text.replace(".", "", 1).isdigit()
    return Override(field, f"{text} USD" if bare else text, "--max-cost", text)


def common_flags(sets: Sequence[str], region: str | None) -> list[Override]:
    overrides = [Override("region", region, "--region", region)] if region else []
    return [*overrides, *(Override.parse(text) for text in sets)]


def _input_mode(text: str, plain: Mapping[str, Any], inside: str) -> Iterator[Override]:
    """`pipe` for every S3 channel that may take it, `train=pipe` for one."""
    name, equals, mode = text.rpartition("=")
    if mode not in MODES:
        raise UsageError(
            f"`{mode}` is no input mode", hint=f"use one of {', '.join(MODES)}, or CHANNEL=MODE"
        )
    job = plain.get("training") if inside else plain
    inputs = job.get("inputs") if isinstance(job, Mapping) else None
    channels = inputs if isinstance(inputs, Mapping) else {}
    if equals and name not in channels:
        known = ", ".join(channels) or "none"
        raise UsageError(
            f"there is no channel `{name}`; the scenario has {known}",
            hint=f"write `--input-mode {next(iter(channels), 'train')}={mode}`",
        )
    for channel, value in channels.items():
        if channel == name or (not equals and _may_take(value, mode)):
            yield _mode_of(f"{inside}inputs.{channel}", value, mode, text)


def _mode_of(field: str, value: Any, mode: str, written: str) -> Override:
    """The short form `train: s3://...` has no mode of its own, so it is written out."""
    if isinstance(value, str):
        whole = json.dumps({"from": value, "mode": mode}, ensure_ascii=False)
        return Override(field, whole, "--input-mode", written)
    return Override(f"{field}.mode", mode, "--input-mode", written)


def _may_take(channel: Any, mode: str) -> bool:
    """File systems are always File; AWS reads manifests of attributes only through Pipe, and
    streams no manifest as FastFile."""
    if not isinstance(channel, Mapping):
        return True
    if channel.get("file_system") is not None:
        return False
    kind = channel.get("type", "prefix")
    if kind == "augmented-manifest":
        return mode in ("pipe", "auto")
    if kind == "manifest":
        return mode != "fastfile"
    return mode == "pipe" or channel.get("compression") != "gzip"
