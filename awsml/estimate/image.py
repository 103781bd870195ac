"""How large a job's container image is, and what its size makes of the pull and the start."""

from __future__ import annotations

from awsml import catalog
from awsml.catalog.registries import is_registry
from awsml.estimate.machine import Machine
from awsml.estimate.rates import Case, Rates
from awsml.workload.training import TrainingWorkload

# `classical` is an image without CUDA, `small` that of another built-in algorithm, `large` one of
# deep learning; of an own image nothing is known.
CLASSICAL, SMALL, LARGE, UNKNOWN = "classical", "small", "large", "unknown"
_CLASSICAL = {"sklearn", "xgboost", "sagemaker-scikit-learn", "sagemaker-xgboost"}


def image_size(workload: TrainingWorkload) -> str:
    """By the image itself, however the scenario names it."""
    name = workload.algorithm or workload.image or ""
    if workload.algorithm:
        return CLASSICAL if name in _CLASSICAL else SMALL
    registry, slash, rest = name.partition("/")
    if slash and not is_registry(registry.partition(".")[0]):
        return UNKNOWN
    repository = rest.partition(":")[0].partition("@")[0] if slash else name
    if repository in _CLASSICAL:
        return CLASSICAL
    return SMALL if slash and catalog.algorithm_of_image(name) else LARGE


def image_pull(workload: TrainingWorkload, rates: Rates, case: Case) -> float:
    """Deep learning's image takes minutes; an own image is at best a small one."""
    size = image_size(workload)
    if size in (CLASSICAL, SMALL) or (size == UNKNOWN and case is Case.FAST):
        return rates.builtin_image_pull_seconds
    return rates.image_pull_seconds


def starts_lightly(workload: TrainingWorkload, machine: Machine) -> bool:
    """XGBoost and scikit-learn on cores: no CUDA to load, and no batches to warm up."""
    return image_size(workload) == CLASSICAL and not machine.gpus


def image_rates(workload: TrainingWorkload) -> tuple[str, ...]:
    """The constants behind the pull."""
    large, small = "image_pull_seconds", "builtin_image_pull_seconds"
    return {LARGE: (large,), UNKNOWN: (small, large)}.get(image_size(workload), (small,))
