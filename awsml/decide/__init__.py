"""What a scenario leaves open: a package a kind, a module a question; `decide` asks them."""

from __future__ import annotations

import importlib
from typing import Any

from awsml.decide.decision import Decision, Grounds


def decide(kind: str, spec: Any, workload: Any, grounds: Grounds) -> Decision:
    """Everything decided about one scenario; only the modules of its kind are imported."""
    module = importlib.import_module(f"awsml.decide.{kind}.decide")
    decision: Decision = module.decide(spec, workload, grounds)
    return decision


__all__ = ["Decision", "Grounds", "decide"]
