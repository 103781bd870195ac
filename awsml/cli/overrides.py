"""Flags of the command line as overrides of scenario fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from awsml.errors import UsageError
from awsml.scenario import Document, Override

MODES = ("file", "fastfile", "pipe", "auto")


def training_flags(
    document: Document,
    *,
    input_modes: Sequence[str] = (),
    instance: str | None = None,
    spot: bool | None = None,
    max_cost: str | None = None,
    sets: Sequence[str] = (),
    region: str | None = None,
) -> list[Override]:
    """What --input-mode, --instance, --spot, --region and --set come to; --set is the last word."""
    overrides = [o for text in input_modes for o in _input_mode(text, document.plain())]
    if instance is not None:
        overrides.append(Override("compute.instance", instance, "--instance", instance))
    if spot is not None:
        shown = "on" if spot else "off"
        overrides.append(Override("spot.enabled", shown, "--spot" if spot else "--no-spot", shown))
    if max_cost is not None:
        overrides.append(money(max_cost, "limits.cost"))
    return [*overrides, *common_flags(sets, region)]


def money(text: str, field: str) -> Override:
    """`--max-cost 50` means dollars; a unit may be written too."""
    bare = text.replace(".", "", 1).isdigit()
    return Override(field, f"{text} USD" if bare else text, "--max-cost", text)


def common_flags(sets: Sequence[str], region: str | None) -> list[Override]:
    overrides = [Override("region", region, "--region", region)] if region else []
    return [*overrides, *(Override.parse(text) for text in sets)]


def _input_mode(text: str, plain: Mapping[str, Any]) -> Iterator[Override]:
    """`pipe` for every S3 channel that may take it, `train=pipe` for one."""
    name, equals, mode = text.rpartition("=")
    if mode not in MODES:
        raise UsageError(
            f"`{mode}` is no input mode", hint=f"use one of {', '.join(MODES)}, or CHANNEL=MODE"
        )
    inputs = plain.get("inputs")
    channels = inputs if isinstance(inputs, Mapping) else {}
    if equals and name not in channels:
        known = ", ".join(channels) or "none"
        raise UsageError(
            f"there is no channel `{name}`; the scenario has {known}",
            hint=f"write `--input-mode {next(iter(channels), 'train')}={mode}`",
        )
    for channel, value in channels.items():
        if channel == name or (not equals and _may_take(value, mode)):
            yield _mode_of(channel, value, mode, text)


def _mode_of(channel: str, value: Any, mode: str, written: str) -> Override:
    """The short form `train: s3://...` has no mode of its own, so it is written out."""
    if isinstance(value, str):
        whole = json.dumps({"from": value, "mode": mode}, ensure_ascii=False)
        return Override(f"inputs.{channel}", whole, "--input-mode", written)
    return Override(f"inputs.{channel}.mode", mode, "--input-mode", written)


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
