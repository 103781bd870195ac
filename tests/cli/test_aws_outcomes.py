"""`awsml train --on aws` against the fake AWS: what a person reads, one golden file an outcome.

AWSML_UPDATE_GOLDEN=1 writes them anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.aws_project import SCENARIO, SPOT, normal, project
from tests.conftest import CommandLine, Ran
from tests.fake_aws import training
from tests.fake_aws.world import Refusal, World

__all__ = ["project"]

UPDATE = "AWSML_UPDATE_GOLDEN" in os.environ  # read before the command line clears it
GOLDEN = Path(__file__).parents[1] / "golden" / "aws"
QUOTA = Refusal(
    "ResourceLimitExceeded",
    "The account-level service limit 'ml.g5.xlarge for training job usage' is 0 Instances, with"
    " current utilization of 0 Instances and a request delta of 1 Instances. Please use AWS"
    " Service Quotas to request an increase for this quota.",
)
LINES = ((1.0, 1, "epoch 1 loss=0.9"), (200.0, 1, "epoch 2 loss=0.4"))
DONE = training.Course(lines=LINES, metrics=(("loss", 0.4),))


def completed(world: World) -> None:
    training.script(world, DONE)


def failed(world: World) -> None:
    reason = 'AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "MemoryError"'
    training.script(world, training.failed(reason))


def stopped(world: World) -> None:
    training.script(world, training.Course(phases=(("Starting", 60.0), ("Training", 9e3))))


def capacity(world: World) -> None:
    training.script(world, training.CAPACITY)


def quota(world: World) -> None:
    world.fail("CreateTrainingJob", QUOTA)


def interrupted(world: World) -> None:
    phases = training.interrupted(1).phases
    training.script(world, training.Course(phases, lines=LINES, billable_share=0.3))


def unknown(world: World) -> None:
    world.visible_after = 1e6
    world.fail("CreateTrainingJob", "drop", when="after")


OUTCOMES: dict[str, tuple[Callable[[World], None], int]] = {
    "completed": (completed, 0),
    "failed": (failed, 1),
    "stopped": (stopped, 1),
    "capacity": (capacity, 1),
    "quota": (quota, 3),
    "interrupted": (interrupted, 0),
    "unknown": (unknown, 3),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_what_a_person_reads(name: str, awsml: CommandLine, project: World, tmp_path: Path) -> None:
    script, code = OUTCOMES[name]
    script(project)
    if name == "interrupted":
        (tmp_path / "train.yaml").write_text(SCENARIO + SPOT)
    shorter = ("--set", "limits.runtime=10m") if name == "stopped" else ()
    ran = awsml("train", "--on", "aws", "-y", *shorter)
    assert ran.code == code, ran.err
    text = told(ran)
    path = GOLDEN / f"{name}.txt"
    if UPDATE:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_every_golden_text_has_its_outcome() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(OUTCOMES)


def told(ran: Ran) -> str:
    """What follows the plan (whose prices change with the catalogue): events, then the summary."""
    lines = normal(ran.err).splitlines()
    start = lines.index("run RUN")
    return "\n".join([*lines[start:], "-- stdout", normal(ran.out)])
