"""The values in force of a tuning scenario, its trials' input modes among them."""

from __future__ import annotations

from dataclasses import replace

from awsml.kinds.effective import LEFT_OUT, effective_values
from awsml.kinds.kind import Context
from awsml.kinds.training.channels import input_modes
from awsml.kinds.tuning.spec import TuningSpec
from awsml.report import Effective


def effective_tuning(spec: TuningSpec, context: Context) -> dict[str, Effective]:
    """What a trial does stands under `training`, or under its definition."""
    values = {
        path: value
        for path, value in effective_values(spec, context).items()
        if not _bookkeeping(path)
    }
    whole = replace(context, region=context.region or spec.region)
    for _, at, definition in spec.searched():
        inside = f"{at}.training" if at else "training"
        for name, mode in input_modes(definition.training, whole.within(inside)).items():
            known = values.get(f"{inside}.inputs.{name}.mode")
            if known is not None:
                shown = Effective(mode.lower(), known.source, known.because)
                values[f"{inside}.input_mode.{name}"] = shown
    return values


def _bookkeeping(path: str) -> bool:
    _, inside, rest = path.partition("training.")
    return bool(inside) and rest.partition(".")[0] in LEFT_OUT
