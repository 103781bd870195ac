"""kill -9 at every step of a submission, with every kind of lost answer: never two jobs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.backends.aws.victim import NOTHING_SENT, REFUSED
from tests.fake_aws.server import FakeAws
from tests.fake_aws.world import Refusal

ROOT = Path(__file__).parents[3]
FAULTS: dict[str, dict[str, Any] | None] = {
    "nothing": None,
    "cut before": {"how": "drop", "when": "before"},
    "cut after": {"how": "drop", "when": "after"},
    "500 before": {"how": Refusal("InternalFailure", "we broke", 500), "when": "before"},
    "500 after": {"how": Refusal("InternalFailure", "we broke", 500), "when": "after"},
}

_ANSWERED = 4  # of the steps that victim.py counts: the answer is there, and not written down


class Victim:
    """The other process, case by case."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, folder: Path, *, resume: bool, kill_at: int | None = None, **more: bool) -> Any:
        """`more` may be `batch`, and `later`: hours, after which listings show everything."""
        case = {"folder": str(folder), "resume": resume, "kill_at": kill_at}
        case |= {"batch": False, "later": 0} | more
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(case) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeAws]:
    with FakeAws(tmp_path, tick=30.0) as fake:
        yield fake


@pytest.fixture
def victim(fake: FakeAws) -> Iterator[Victim]:
    command = [sys.executable, "-m", "tests.backends.aws.victim", fake.url]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:
        yield Victim(process)
        assert process.stdin is not None
        process.stdin.close()


def test_at_most_one_job_when_it_dies_with_the_answer_unwritten(
    victim: Victim, fake: FakeAws, tmp_path: Path
) -> None:
    """The step at which only AWS knows of the job."""
    for number, scripted in enumerate((None, FAULTS["cut after"]), 1):
        folder = tmp_path / f"fault-{number}"
        folder.mkdir()
        fake.world.mend()
        if scripted is not None:
            fake.world.fail("CreateTrainingJob", **scripted)
        assert victim.run(folder, resume=False, kill_at=_ANSWERED)["killed"]
        victim.run(folder, resume=True)
        assert submitted(tmp_path / "journal.jsonl") == [1] * number


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_at_most_one_job_whatever_step_the_process_dies_at(
    fault: str, victim: Victim, fake: FakeAws, tmp_path: Path
) -> None:
    kills = 0
    while True:
        folder = tmp_path / f"step-{kills + 1}"
        folder.mkdir()
        fake.world.mend()
        if (scripted := FAULTS[fault]) is not None:
            fake.world.fail("CreateTrainingJob", **scripted)
        first = victim.run(folder, resume=False, kill_at=kills + 1)
        second = victim.run(folder, resume=True)
        if second["code"] == NOTHING_SENT:
            assert len(submitted(tmp_path / "journal.jsonl")) == kills  # a person starts anew
            victim.run(folder, resume=False)
        if not first["killed"]:
            break
        kills += 1
    accepted = submitted(tmp_path / "journal.jsonl")
    doubles = sum(count > 1 for count in accepted)
    print(f"\n{fault}: {kills} steps, {kills} kills, {doubles} double submits")
    assert kills >= 6
    assert accepted == [1] * (kills + 1)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_every_job_of_a_batch_once_whatever_step_the_process_dies_at(
    fault: str, victim: Victim, fake: FakeAws, tmp_path: Path
) -> None:
    kills = 0
    while batch_killed(victim, fake, tmp_path, fault, kills + 1, kills + 1):
        kills += 1
    # an answer lost before it took effect ends the first process by itself
    assert kills >= (7 if fault.endswith("before") else 18)
    last = jobs(fake)[-1]["params"]
    assert last["dependsOn"][0]["jobId"].startswith("00000000-")


def test_every_job_of_a_batch_once_when_it_dies_between_them(
    victim: Victim, fake: FakeAws, tmp_path: Path
) -> None:
    for number, kill_at in enumerate((8, 14), 1):
        assert batch_killed(victim, fake, tmp_path, "cut after", kill_at, number)


def batch_killed(
    victim: Victim, fake: FakeAws, folder: Path, fault: str, kill_at: int, number: int
) -> bool:
    """Whether the step came. SubmitJob takes no token and any number of one name: asking tells."""
    place = folder / f"step-{kill_at}"
    place.mkdir()
    fake.world.mend()
    if (scripted := FAULTS[fault]) is not None:
        fake.world.fail("SubmitJob", **scripted)
    first = victim.run(place, resume=False, kill_at=kill_at, batch=True)
    again = victim.run(place, resume=True, batch=True)
    if again["code"] == NOTHING_SENT:
        again = victim.run(place, resume=False, batch=True)
    for hours in (1, 2):
        if again["code"] == REFUSED:  # the listing may lag behind yet
            again = victim.run(place, resume=True, batch=True, later=hours)
    names = Counter(entry["params"]["jobName"] for entry in jobs(fake))
    assert len(names) == 2 * number, f"killed at {kill_at}"
    assert set(names.values()) == {1}
    return bool(first["killed"])


def jobs(fake: FakeAws) -> list[dict[str, Any]]:
    return fake.world.journal.accepted("SubmitJob")


def submitted(journal: Path) -> list[int]:
    """Accepted creates for each run id, as the fake wrote them to disk."""
    lines = journal.read_text().splitlines() if journal.exists() else []
    entries = [json.loads(line) for line in lines]
    runs = Counter(
        tag["Value"]
        for entry in entries
        if entry["operation"] == "CreateTrainingJob" and entry["outcome"] == "accepted"
        for tag in entry["params"]["Tags"]
        if tag["Key"] == "awsml:run"
    )
    return sorted(runs.values())
