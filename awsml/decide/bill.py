"""What a training job costs as it now stands."""

from __future__ import annotations

from awsml.basis import Estimate
from awsml.decide.evidence import Evidence
from awsml.estimate.cost import TrainingBill, training_cost
from awsml.report import Cost, unknown_cost


def cost_now(
    now: Evidence, spot_saving: Estimate | None = None, running: Estimate | None = None
) -> Cost:
    """The bill of one job; `spot_saving` is a share, None where Spot is off. `running` is its
    time with what interruptions repeat."""
    work = now.workload
    if work.instance is None:
        return unknown_cost("compute.instance")
    return training_cost(
        TrainingBill(
            instance=work.instance,
            region=now.region,
            billed=running or now.billed,
            limit_seconds=work.runtime_limit_seconds,
            count=work.count,
            volume_gib=work.volume_gib,
            keep_alive_seconds=work.keep_alive_seconds,
            spot_saving=spot_saving,
        )
    )
