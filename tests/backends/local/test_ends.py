"""How jobs end: limits, stop requests and rehearsed Spot reclaims."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from awsml.backends.local.control import Ask, Wishes
from awsml.backends.local.interrupts import Interrupt, parse_interrupt
from awsml.errors import UsageError
from tests.backends.local.conftest import Workshop, shell

CHECKPOINT = {"CheckpointConfig": {"S3Uri": "s3://results/ckpt/"}}

HANDLES = """
    trap 'echo bye; echo saved > /opt/ml/model/m; exit 0' TERM
    echo ready
    while :; do sleep 0.05; done
"""


class After(Wishes):
    """Asks for something some seconds after it was first looked at."""

    def __init__(self, seconds: float, ask: Ask) -> None:
        super().__init__()
        self._seconds, self._wanted = seconds, ask
        self._since: float | None = None

    def asked(self) -> Ask | None:
        now = time.monotonic()
        self._since = self._since or now
        return self._wanted if now - self._since >= self._seconds else None


def test_a_stopped_entry_point_gets_sigterm_and_its_artifacts_are_kept(workshop: Workshop) -> None:
    done = workshop.run(workshop.command(*shell(HANDLES)), After(0.4, Ask.STOP))
    assert done.printed == ["ready", "bye"]
    assert (done.end.status, done.end.reason) == ("Stopped", "stopped by the user")
    assert "Stopping" in done.phases
    assert done.end.figures["artifacts"]["model"] == "s3://results/out/job-1/output/model.tar.gz"


def test_the_running_time_limit_stops_a_job(workshop: Workshop) -> None:
    limit = {"StoppingCondition": {"MaxRuntimeInSeconds": 1}}
    begun = time.monotonic()
    done = workshop.run(workshop.command(*shell(HANDLES), **limit))
    assert 1.0 <= time.monotonic() - begun < 5
    assert done.end.status == "Stopped"
    assert done.end.reason is not None
    assert done.end.reason.startswith("MaxRuntimeExceeded")


def test_one_that_ignores_sigterm_is_killed_after_the_grace(workshop: Workshop) -> None:
    ignores = workshop.command(*shell("trap '' TERM; while :; do sleep 0.05; done"))
    begun = time.monotonic()
    done = workshop.run(ignores, After(0.2, Ask.STOP), grace_seconds=0.5)
    assert 0.7 <= time.monotonic() - begun < 5
    assert done.end.status == "Stopped"
    assert done.end.figures["exit_codes"] == {"algo-1": 137}
    assert any("0.5 s between SIGTERM and SIGKILL" in text for text in done.notes("differs"))


def test_killing_waits_for_nothing(workshop: Workshop) -> None:
    ignores = workshop.command(*shell("trap '' TERM; while :; do sleep 0.05; done"))
    begun = time.monotonic()
    workshop.run(ignores, After(0.2, Ask.KILL))
    assert time.monotonic() - begun < 5


def test_a_handler_that_the_toolkit_keeps_from_running_is_told(workshop: Workshop) -> None:
    script = """
        import signal, sys, time
        signal.signal(signal.SIGTERM, lambda *_: (print("handled"), sys.exit(0)))
        print("ready")
        time.sleep(60)
    """
    done = workshop.run(workshop.request(script), After(0.6, Ask.STOP), grace_seconds=0.3)
    assert done.printed == ["ready"], "as on AWS, SIGTERM ends at the toolkit"
    assert any("SIGTERM handler does not run" in text for text in done.notes("warning"))


def test_a_script_without_a_handler_is_not_warned(workshop: Workshop) -> None:
    script = "import time\nprint('ready')\ntime.sleep(60)"
    done = workshop.run(workshop.request(script), After(0.5, Ask.STOP), grace_seconds=0.2)
    assert not done.notes("warning")


def test_an_end_that_is_asked_for_before_training_starts_nothing(workshop: Workshop) -> None:
    done = workshop.run(workshop.command("touch", "/opt/ml/model/m"), After(0.0, Ask.STOP))
    assert (done.end.status, done.end.reason) == ("Stopped", "stopped by the user")
    assert "Training" not in done.phases


def test_an_end_that_is_asked_for_ends_an_installation(workshop: Workshop) -> None:
    params = workshop.request("pass")
    workshop.code("pass", requirements__txt="-r /dev/stdin\n")
    fake = workshop.root / "slow-python"
    fake.write_text("#!/bin/sh\ncase $1 in -m) sleep 60;; *) echo /usr/lib/site-packages;; esac\n")
    fake.chmod(0o755)
    begun = time.monotonic()
    done = workshop.run(params, After(0.3, Ask.STOP), python=str(fake))
    assert time.monotonic() - begun < 5
    assert done.end.status == "Stopped"


COUNTS = """
    import os, pathlib, time
    file = pathlib.Path("/opt/ml/checkpoints/step")
    step = int(file.read_text()) if {reads} and file.exists() else 0
    print(f"from {{step}}")
    while step < {steps}:
        step += 1
        time.sleep(0.1)
        beside = file.with_suffix(".new")
        beside.write_text(str(step))
        beside.replace(file)
    print(f"at {{step}}")
"""


def counting(workshop: Workshop, *, reads: bool = True, **changes: Any) -> dict[str, Any]:
    script = COUNTS.format(reads=reads, steps=25)
    return workshop.request(script, **CHECKPOINT, **changes)


def test_a_reclaimed_job_goes_on_from_its_checkpoint(workshop: Workshop) -> None:
    done = workshop.run(counting(workshop), interrupt=Interrupt(seconds=2.0))
    assert done.end.status == "Completed"
    first, second, end = done.printed
    assert (first, end) == ("from 0", "at 25")
    assert 0 < int(second.removeprefix("from ")) < 25
    assert done.phases.count("Interrupted") == 1
    (account,) = done.end.figures["reclaims"]
    assert account["checkpoint"] == "s3://results/ckpt/step"
    assert 0 <= account["lost_seconds"] < account["trained_seconds"] < 3
    assert "the script read its checkpoint after the restart" in done.notes("info")
    assert workshop.got("s3://results/ckpt/step") == b"25"


def test_a_script_that_ignores_its_checkpoint_is_told_so(workshop: Workshop) -> None:
    done = workshop.run(counting(workshop, reads=False), interrupt=Interrupt(seconds=1.5))
    assert done.printed[:2] == ["from 0", "from 0"]
    assert any("did not read its checkpoint" in text for text in done.notes("warning"))


def test_without_checkpoints_everything_is_lost_and_said(workshop: Workshop) -> None:
    params = workshop.command(*shell("sleep 0.6"))
    done = workshop.run(params, interrupt=Interrupt(seconds=0.3))
    (account,) = done.end.figures["reclaims"]
    assert account["lost_seconds"] == account["trained_seconds"]
    assert any("all of it is lost" in text for text in done.notes("warning"))


def test_a_reclaim_gives_no_warning_by_default(workshop: Workshop) -> None:
    says_bye = workshop.command(*shell("trap 'echo bye; exit 0' TERM; sleep 0.6 & wait"))
    assert workshop.run(says_bye, interrupt=Interrupt(seconds=0.2)).printed == []
    done = workshop.run(says_bye, interrupt=Interrupt(seconds=0.2, warned=True))
    assert done.printed == ["bye"]
    assert any("awsml's own" in text for text in done.notes("differs"))


def test_a_reclaim_that_comes_too_late_is_said(workshop: Workshop) -> None:
    done = workshop.run(workshop.command("true"), interrupt=Interrupt(seconds=30))
    assert any("over before" in text for text in done.notes("warning"))


def test_the_wait_limit_counts_over_all_attempts(workshop: Workshop) -> None:
    limits = {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 1}
    params = workshop.command(*shell("sleep 30"), StoppingCondition=limits)
    done = workshop.run(params, interrupt=Interrupt(seconds=0.5), grace_seconds=0.1)
    assert done.end.reason is not None
    assert done.end.reason.startswith("MaxWaitTimeExceeded")


def test_a_new_run_begins_with_the_checkpoints_that_are_there(workshop: Workshop) -> None:
    workshop.put("s3://results/ckpt/step", b"24")
    done = workshop.run(counting(workshop))
    assert done.printed == ["from 24", "at 25"]


def test_checkpoints_may_lie_elsewhere(workshop: Workshop) -> None:
    config = {"S3Uri": "s3://results/ckpt", "LocalPath": "/opt/ml/state"}
    save = workshop.command(*shell("echo 1 > /opt/ml/state/a"), CheckpointConfig=config)
    workshop.run(save)
    assert workshop.got("s3://results/ckpt/a") == b"1\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", Interrupt(seconds=30.0)),
        ("1m30s", Interrupt(seconds=90.0)),
        ("50%", Interrupt(share=0.5)),
        ("seed:7", Interrupt(seed=7)),
        ("term:30s", Interrupt(seconds=30.0, warned=True)),
    ],
)
def test_when_to_interrupt_is_read(text: str, expected: Interrupt) -> None:
    assert parse_interrupt(text) == expected


@pytest.mark.parametrize("text", ["", "30", "0%", "100%", "seed:", "seed:x", "term:", "-3s"])
def test_what_says_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="does not say when to interrupt"):
        parse_interrupt(text)


def test_a_seed_always_draws_the_same_times() -> None:
    drawn = [Interrupt(seed=7).times(100.0) for _ in range(3)]
    assert drawn[0] == drawn[1] == drawn[2]
    assert 1 <= len(drawn[0]) <= 3
    assert drawn[0] != Interrupt(seed=8).times(100.0)


def test_a_share_needs_to_know_how_long_training_takes() -> None:
    assert Interrupt(share=0.5).times(80.0) == [40.0]
    with pytest.raises(UsageError, match="not known before the job has run once"):
        Interrupt(share=0.5).times(None)


def test_the_journal_names_each_step_in_order(workshop: Workshop) -> None:
    done = workshop.run(workshop.command("true"))
    from awsml.store.runs import RunStore

    with RunStore(workshop.state) as store:
        steps = [step.name for step in store.steps(done.run.id)]
    assert steps == ["start", "stage", "train", "upload", "finish"]
    assert json.dumps(done.end.figures)
