"""One module per question that a scenario leaves open; `decide` asks those of a kind."""

from __future__ import annotations

import importlib
from typing import Any

from awsml.decide.decision import Decision, Grounds

# The module of each kind has `decide(spec, workload, grounds) -> Decision`.
MODULES = {
    "training": "awsml.decide.training",
    "tuning": "awsml.decide.search",
    "endpoint": "awsml.decide.endpoint",
    "batch": "awsml.decide.retry",
    "cluster": "awsml.decide.cluster",
}


def decide(kind: str, spec: Any, workload: Any, grounds: Grounds) -> Decision:
    """Everything decided about one scenario; only the modules of its kind are imported."""
    decision: Decision = importlib.import_module(MODULES[kind]).decide(spec, workload, grounds)
    return decision


__all__ = ["Decision", "Grounds", "decide"]
