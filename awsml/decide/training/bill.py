"""The bill of a training job as it now stands."""

from __future__ import annotations

from awsml.basis import Estimate
from awsml.decide.training.evidence import Evidence
from awsml.estimate.cost import TrainingBill


def bill_now(
    now: Evidence, spot_saving: Estimate | None = None, running: Estimate | None = None
) -> TrainingBill | None:
    """The bill of one job; `spot_saving` is a share, None where Spot is off. `running` is its
    time with what interruptions repeat."""
    work = now.workload
    if work.instance is None:
        return None
    return TrainingBill(
        instance=work.instance,
        region=now.region,
        billed=running or now.billed,
        limit_seconds=work.runtime_limit_seconds,
        count=work.count,
        volume_gib=work.volume_gib,
        keep_alive_seconds=work.keep_alive_seconds,
        spot_saving=spot_saving,
    )
