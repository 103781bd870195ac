"""One kind of job per file or folder: spec, numbers, calls. This is the list of them."""

from __future__ import annotations

import importlib

from awsml.kinds.kind import Kind

KINDS = ("training", "tuning", "endpoint", "batch", "cluster")

# Fields that may name a file of another kind instead of holding it.
INCLUDES = {"tuning": {"training": "training", "definitions.*.training": "training"}}


def kind_named(name: str) -> Kind:
    """The kind of that name; only its own modules are imported."""
    if name not in KINDS:
        raise KeyError(name)
    kind: Kind = importlib.import_module(f"awsml.kinds.{name}").KIND
    return kind
