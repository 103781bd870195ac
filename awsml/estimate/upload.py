"""How long the model takes to be packed and sent once the script has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awsml.estimate.image import CLASSICAL, SMALL, image_size
from awsml.estimate.rates import Case
from awsml.workload.training import TrainingWorkload

if TYPE_CHECKING:
    from awsml.estimate.breakdown import Setting

FIELD = "workload.model_size"
_MEASURED = "upload_seconds"


def upload_seconds(workload: TrainingWorkload, setting: Setting, case: Case) -> float:
    """As measured before; else by the model's size; else of a small or of any model."""
    rates = setting.rates.at(case)
    if _stated(workload, setting):
        size = workload.model_bytes or 0.0
        return rates.upload_seconds + size / rates.model_bytes_per_second
    return rates.unstated_upload_seconds if open_upload(workload, setting) else rates.upload_seconds


def open_upload(workload: TrainingWorkload, setting: Setting) -> bool:
    """Whether only the size of the model would tell: classical models are mostly small."""
    unknown = workload.model_bytes is None and _MEASURED not in setting.rates.measured
    return unknown and image_size(workload) not in (CLASSICAL, SMALL)


def upload_rates(workload: TrainingWorkload, setting: Setting) -> tuple[str, ...]:
    """The constants behind the phase."""
    if _stated(workload, setting):
        return (_MEASURED, "model_bytes_per_second")
    return ("unstated_upload_seconds",) if open_upload(workload, setting) else (_MEASURED,)


def _stated(workload: TrainingWorkload, setting: Setting) -> bool:
    return workload.model_bytes is not None and _MEASURED not in setting.rates.measured
