"""Jobs on this machine: attempts, time limits, arrays, dependencies, reclaims."""

from pathlib import Path

import pytest

from awsml.backends.local.batch import attempt as attempts
from awsml.backends.local.control import Ask
from tests.backends.local.batch.driving import Wish, define, drive, on, submit

RECLAIMED = {"onStatusReason": "Host EC2*", "action": "RETRY"}
REST = {"onReason": "*", "action": "EXIT"}


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / ".awsml"


def sh(script):
    return ["sh", "-c", script]


def test_a_job_that_ends_well_has_succeeded(state):
    ran = drive(state, define(), submit(sh("echo hello")))
    assert ran.end.status == "Completed"
    assert ran.lines == ["job hello"]
    assert ran.rows["job"].state == "SUCCEEDED"
    assert ran.end.figures["jobs"] == {"SUCCEEDED": 1, "FAILED": 0}


def test_attempts_are_numbered_from_one_and_end(state):
    script = "echo attempt $AWS_BATCH_JOB_ATTEMPT; exit 3"
    ran = drive(state, define(attempts=3), submit(sh(script)))
    assert ran.lines == [f"job attempt {n}" for n in (1, 2, 3)]
    assert ran.end.status == "Failed"
    assert "exit code 3" in ran.end.reason
    assert (ran.rows["job"].attempts, ran.rows["job"].exit_code) == (3, 3)


def test_a_rule_that_exits_ends_it_at_once(state):
    ran = drive(state, define(attempts=5, rules=[RECLAIMED, REST]), submit(sh("exit 1")))
    assert ran.end.figures["attempts"] == 1


def test_a_later_attempt_may_succeed(state):
    script = "test $AWS_BATCH_JOB_ATTEMPT = 2"
    ran = drive(state, define(attempts=3), submit(sh(script)))
    assert ran.end.status == "Completed"
    assert ran.end.figures["attempts"] == 2


def test_a_timeout_is_not_retried_and_term_comes_before_kill(state, monkeypatch):
    monkeypatch.setattr(attempts, "GRACE_SECONDS", 0.3)
    script = "trap 'echo term' TERM; while true; do sleep 0.05; done"
    ran = drive(state, define(attempts=3, timeout=0.3), submit(sh(script)))
    assert "job term" in ran.lines
    assert ran.end.figures["attempts"] == 1
    assert "timeout" in ran.end.reason


def test_a_program_that_is_not_there_did_not_start(state):
    ran = drive(state, define(), submit(["/no/such/program"]))
    assert ran.end.status == "Failed"
    assert "CannotStartContainerError" in ran.end.reason


def test_parameters_fill_placeholders_and_unknown_ones_stay(state):
    definition = define(command=["echo", "Ref::a", "Ref::b"])
    definition["params"]["parameters"] = {"a": "1"}
    job = submit([])
    del job["params"]["containerOverrides"]
    assert drive(state, definition, job).lines == ["job 1 Ref::b"]


def test_children_know_their_index(state):
    ran = drive(state, define(), submit(sh("echo $AWS_BATCH_JOB_ARRAY_INDEX"), size=5))
    assert sorted(ran.lines) == [f"job:{n} {n}" for n in range(5)]


def test_one_failed_child_fails_the_array(state):
    ran = drive(state, define(), submit(sh("test $AWS_BATCH_JOB_ARRAY_INDEX != 2"), size=4))
    assert ran.end.status == "Failed"
    assert ran.end.figures["jobs"] == {"SUCCEEDED": 3, "FAILED": 1}


def test_sequential_children_run_in_order_and_stop_at_a_failure(state):
    script = "echo $AWS_BATCH_JOB_ARRAY_INDEX; test $AWS_BATCH_JOB_ARRAY_INDEX != 2"
    ran = drive(state, define(), submit(sh(script), size=5, depends=[{"type": "SEQUENTIAL"}]))
    assert ran.lines == [f"job:{n} {n}" for n in range(3)]
    assert ran.rows["job:4"].reason == "Dependent Job failed"


def test_a_whole_array_is_waited_for(state):
    ran = drive(
        state,
        define(),
        submit(sh("sleep 0.1; echo a"), "a", size=3),
        submit(sh("echo b"), "b", depends=[on("a")]),
    )
    assert ran.lines[-1] == "b b"
    assert ran.end.status == "Completed"


def test_n_to_n_waits_for_the_child_of_the_same_index_only(state):
    fails = "test $AWS_BATCH_JOB_ARRAY_INDEX != 1"
    ran = drive(
        state,
        define(),
        submit(sh(fails), "a", size=3),
        submit(sh("true"), "b", size=3, depends=[on("a", "N_TO_N")]),
    )
    states = {key: row.state for key, row in ran.rows.items()}
    assert [states[f"b:{n}"] for n in range(3)] == ["SUCCEEDED", "FAILED", "SUCCEEDED"]


def test_a_reclaim_is_retried_by_its_rule(state):
    script = "for i in 1 2 3 4; do echo step $i/4; sleep 0.1; done"
    ran = drive(
        state, define(attempts=2, rules=[RECLAIMED, REST]), submit(sh(script)), interrupt="50%"
    )
    assert ran.end.status == "Completed"
    assert ran.end.figures["reclaims"] == 1
    assert ran.end.figures["attempts"] == 2
    assert ran.lines[:2] == ["job step 1/4", "job step 2/4"]


def test_on_fargate_a_reclaim_is_told_in_fargate_s_words(state):
    definition = define(attempts=2, rules=[RECLAIMED, REST])
    definition["params"]["platformCapabilities"] = ["FARGATE"]
    ran = drive(state, definition, submit(sh("sleep 5")), interrupt="200ms")
    assert ran.end.figures["attempts"] == 1  # no rule of these names it
    assert "Your Spot Task was interrupted." in ran.end.reason


def test_a_reclaim_without_attempts_left_is_a_failure(state):
    ran = drive(state, define(), submit(sh("sleep 5")), interrupt="200ms")
    assert ran.end.status == "Failed"
    assert "Host EC2" in ran.end.reason


def test_a_reclaim_that_came_too_late_is_none(state):
    ran = drive(state, define(), submit(sh("true")), interrupt="30s")
    assert (ran.end.status, ran.end.figures["reclaims"]) == ("Completed", 0)
    assert ran.notes == ["the jobs ended before the reclaim that was asked for"]


def test_a_reclaim_takes_all_attempts_on_the_host(state):
    rules = [RECLAIMED, REST]
    job = submit(sh("sleep 0.6"), size=2)
    ran = drive(state, define(attempts=2, rules=rules), job, interrupt="200ms")
    assert ran.end.figures["attempts"] >= 3
    assert ran.end.status == "Completed"


def test_stopping_ends_what_runs_and_what_waits(state):
    wish = Wish(Ask.STOP, after="going")
    script = "echo going; exec sleep 20"
    ran = drive(state, define(attempts=3), submit(sh(script), size=50), wish=wish)
    assert ran.end.status == "Stopped"
    assert {row.state for row in ran.rows.values()} == {"FAILED"}
    assert ran.seconds < 10


def test_what_a_command_leaves_behind_is_ended(state):
    ran = drive(state, define(), submit(sh("sleep 60 & echo $!")))
    pid = int(ran.lines[0].split()[1])
    assert not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text()
    assert ran.seconds < 10


def test_an_array_may_have_more_streams_than_a_process_may_have_files(state):
    ran = drive(state, define(), submit(sh("echo $AWS_BATCH_JOB_ARRAY_INDEX"), size=300))
    assert ran.end.figures["jobs"]["SUCCEEDED"] == 300


def test_going_on_repeats_only_what_had_not_succeeded(state):
    mark = state.parent / "mended"
    script = f"echo $AWS_BATCH_JOB_ARRAY_INDEX; test $AWS_BATCH_JOB_ARRAY_INDEX = 0 -o -e {mark}"
    first = drive(state, define(), submit(sh(script), size=3))
    assert first.end.figures["jobs"] == {"SUCCEEDED": 1, "FAILED": 2}
    mark.touch()
    again = drive(state, run=first.folder.parent.name)
    assert sorted(again.lines) == ["job:1 1", "job:2 2"]
    assert again.end.figures["jobs"] == {"SUCCEEDED": 3, "FAILED": 0}
