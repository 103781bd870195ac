"""What a probe measured, written into the `data` block of a scenario's channel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from awsml.cli.files import read_text
from awsml.cli.output import say, write_file
from awsml.cli.project import Project
from awsml.cli.scenarios import loaded
from awsml.errors import UsageError
from awsml.scenario.document import Document
from awsml.scenario.edit import set_value
from awsml.scenario.paths import format_path
from awsml.storage.probe import Probe
from awsml.units import DATA


def write_block(project: Project, path: Path, channel: str | None, found: Probe) -> None:
    """Set size and objects of a channel; everything else in the file stays as it is."""
    shown = project.shown(path)
    document, name = _channel(project, path, shown, channel)
    size, objects = exact_size(found.bytes), str(found.objects)
    text = read_text(str(path))
    where = format_path(("inputs", name))
    written = document.plain()["inputs"][name]
    if isinstance(written, Mapping):
        for field, value in (("size", size), ("objects", objects)):
            field_path = format_path(("inputs", name, "data", field))
            text = set_value(text, field_path, value, index=document.index, file=shown)
    else:
        block = f"{{from: {json.dumps(str(written))}, data: {{size: {size}, objects: {objects}}}}}"
        text = set_value(text, where, block, index=document.index, file=shown)
    write_file(path, text)
    say(f"wrote `{where}.data` of {shown}: size {size}, objects {objects}")


def exact_size(count: int) -> str:
    """The largest unit in which a size has no more than six digits; never rounded by much."""
    for unit in ("PB", "TB", "GB", "MB", "KB"):
        if count >= DATA[unit]:
            return f"{float(count / DATA[unit]):.6g} {unit}"
    return f"{count} B"


def _channel(project: Project, path: Path, shown: str, channel: str | None) -> tuple[Document, str]:
    """The document that has the channel, and its name."""
    found = [
        (document, name)
        for document in loaded(project, path).documents
        for name in _inputs(document.plain())
        if channel in (None, name)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        what = f"no channel `{channel}`" if channel else "no channels"
        raise UsageError(f"{shown} has {what}", hint="add `inputs: {train: {from: ...}}`")
    names = ", ".join(sorted({name for _, name in found}))
    raise UsageError(f"{shown} has several channels: {names}", hint="choose one with --channel")


def _inputs(plain: Mapping[str, Any]) -> Mapping[str, Any]:
    inputs = plain.get("inputs")
    return inputs if isinstance(inputs, Mapping) else {}
