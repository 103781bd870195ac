"""Whether a container has to fetch something from the network, by its environment."""

from __future__ import annotations

from awsml.rules.rule import Part

_NAMES = ("HF_MODEL_ID", "HF_HUB", "HF_TOKEN", "PIP_", "WANDB_", "MLFLOW_", "COMET_", "NEPTUNE_")


def fetches(request: Part) -> Part | None:
    """The first variable that says so; None when nothing does."""
    for environment in request.named("Environment".__eq__):
        for name, value in environment.entries:
            if name.startswith(_NAMES):
                return value
    return None
