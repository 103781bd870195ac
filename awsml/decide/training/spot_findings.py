"""What is plainly wrong about a job's use of Spot."""

from __future__ import annotations

from collections.abc import Sequence

from awsml.advice import Advice
from awsml.decide.training.spot import SpotAnswer, figures, told
from awsml.finding import Confidence, Finding, Level
from awsml.units import format_duration


def spot_findings(answer: SpotAnswer, advice: Advice) -> Sequence[Finding]:
    """Spot that costs more than on-demand defeats its only purpose."""
    usd = figures(answer, answer.now)[0]
    if answer.now != "spot, no checkpoints":
        return []
    endless = not answer.cases[answer.now].running.known
    dearer = (
        usd.expected is not None
        and answer.on_demand.expected is not None
        and usd.expected > answer.on_demand.expected
    )
    if not (endless or dearer):
        return []
    return [
        Finding(
            slug="spot-dearer-than-on-demand",
            level=Level.ERROR,
            message=f"Spot without checkpoints costs more than on-demand here: "
            f"{told(answer.now, answer)}; {told('on-demand', answer)}",
            hint=f"set `spot.checkpoint` and write one every {format_duration(answer.every)}, "
            "or remove `spot`",
            confidence=Confidence.INFERRED,
            field=advice.field,
        )
    ]
