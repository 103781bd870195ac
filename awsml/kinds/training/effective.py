"""The values in force of a training scenario, with the input mode of each channel by name."""

from __future__ import annotations

from awsml.kinds.effective import effective_values
from awsml.kinds.kind import Context
from awsml.kinds.training.channels import input_modes
from awsml.kinds.training.spec import TrainingSpec
from awsml.report import Effective


def effective_training(spec: TrainingSpec, context: Context) -> dict[str, Effective]:
    """`input_mode.train` is the mode that will be sent, whoever chose it."""
    values = effective_values(spec, context)
    for name, mode in input_modes(spec, context).items():
        known = values.get(f"inputs.{name}.mode")
        if known is not None:
            values[f"input_mode.{name}"] = Effective(mode.lower(), known.source, known.because)
    return values
