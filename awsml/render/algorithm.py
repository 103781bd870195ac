"""A built-in algorithm as people read it, and as JSON."""

from __future__ import annotations

from typing import Any

from awsml.catalog import Algorithm
from awsml.render.catalog import pairs


def algorithm_text(one: Algorithm, width: int) -> str:
    machines = " or ".join(device.upper() for device in one.trains_on)
    several = {"yes": "yes", "no": "no", "conditional": "on conditions"}[one.multi_instance]
    rows = [
        ("input modes", ", ".join(one.modes)),
        ("content", ", ".join(one.content_types)),
        ("content in Pipe", ", ".join(one.pipe_content_types) or "none"),
        (
            "channels",
            ", ".join([*one.required_channels, *(f"{c}?" for c in one.optional_channels)]),
        ),
        ("trains on", f"{machines} (the guide names {', '.join(one.training_families)})"),
        ("hosts on", ", ".join(one.hosting_families) or "not named by the guide"),
        ("several instances", several),
        ("checkpoints", "yes" if one.checkpoints else "no"),
        ("metrics", ", ".join(f"{name} ({goal})" for name, goal in one.metrics.items()) or "none"),
        ("note", one.note or "none"),
        ("source", f"{one.fact.source}, {one.fact.date}"),
    ]
    return f"{one.name}: {one.title}\n\n" + pairs(rows, width)


def algorithm_json(one: Algorithm) -> dict[str, Any]:
    return {
        "version": 1,
        "name": one.name,
        "title": one.title,
        "modes": list(one.modes),
        "content_types": list(one.content_types),
        "pipe_content_types": list(one.pipe_content_types),
        "required_channels": list(one.required_channels),
        "optional_channels": list(one.optional_channels),
        "trains_on": list(one.trains_on),
        "training_families": list(one.training_families),
        "hosting_families": list(one.hosting_families),
        "multi_instance": one.multi_instance,
        "checkpoints": one.checkpoints,
        "metrics": dict(one.metrics),
        "note": one.note,
        "source": one.fact.source,
        "date": one.fact.date,
    }
