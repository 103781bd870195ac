"""The run store: what was asked, sent and happened survives, and several processes agree."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from awsml.errors import AwsmlError, UsageError
from awsml.events import Finished, LogLine, MetricPoint, Note, PhaseChanged, Started
from awsml.store import schema
from awsml.store.owner import Owner, this_process
from awsml.store.run import Draft, Status
from awsml.store.runs import RunStore

TRAINING = Draft("training", "demo", "local", scenario="train.yaml")


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    ticks = iter(range(1_800_000_000, 1_900_000_000))
    return RunStore(tmp_path / ".awsml", clock=lambda: float(next(ticks)))


def test_a_run_is_on_disk_before_anything_happens(store: RunStore) -> None:
    params = {"TrainingJobName": "demo"}
    call = {"service": "sagemaker", "operation": "CreateTrainingJob", "params": params}
    run = store.create(Draft("training", "demo", "aws", requests=(call,), region="us-east-1"))
    again = RunStore(store.folder).get(run.id)
    assert again.request("CreateTrainingJob") == params
    assert (again.status, again.region, again.backend) == (Status.CREATED, "us-east-1", "aws")


def test_requests_that_name_their_run_are_there_from_the_first_moment(store: RunStore) -> None:
    def requests(run: str) -> list[dict[str, object]]:
        assert store.find() == [], "nothing is on disk without its requests"
        return [{"service": "batch", "operation": "SubmitJob", "params": {"jobName": run}}]

    run = store.create(TRAINING, requests=requests)
    assert run.request("SubmitJob") == {"jobName": run.id}


def test_a_store_whose_maker_died_on_the_way_is_made_private_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / ".awsml"
    folder.mkdir(mode=0o755)
    RunStore(folder).close()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / ".gitignore").read_text() == "*\n"


def test_a_store_that_may_only_be_read_is_read(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a read-only disk; a store that is in use elsewhere has a log beside it, and needs more."""
    run = store.create(TRAINING)
    store.close()
    before = sorted(path.name for path in store.folder.iterdir())
    monkeypatch.setattr(os, "access", lambda *_: False)
    with RunStore(store.folder) as frozen:
        assert frozen.find()[0].id == run.id
        with pytest.raises(AwsmlError, match="readonly"):
            frozen.journal(run.id, "start")
    assert sorted(path.name for path in store.folder.iterdir()) == before


def test_ids_sort_by_time_and_fit_aws_names(store: RunStore) -> None:
    ids = [store.create(TRAINING).id for _ in range(5)]
    assert ids == sorted(ids)
    assert all(len(run_id) < 20 and run_id.replace("-", "").isalnum() for run_id in ids)


def test_events_become_phases_series_notes_logs_and_figures(store: RunStore) -> None:
    run = store.create(TRAINING)
    events = [
        Started(run.id, "on this machine", "demo"),
        PhaseChanged("Downloading", 10.0),
        PhaseChanged("Training", 12.5, "attempt 1"),
        LogLine("algo-1", "loss=0.5", 13.0),
        MetricPoint("loss", 0.5, 13.0),
        Note("hosts share a network", "differs"),
        Finished("Completed", None, 20.0, {"exit_code": 0}),
    ]
    assert list(store.recording(run.id, events)) == events
    done = store.get(run.id)
    assert (done.status, done.ended, done.figures) == (Status.COMPLETED, 20.0, {"exit_code": 0})
    assert [(p.name, p.seconds) for p in store.phases(run.id)] == [
        ("Downloading", 2.5),
        ("Training", 7.5),
    ]
    assert [(m.name, m.value) for m in store.series(run.id, "loss")] == [("loss", 0.5)]
    assert [(n.text, n.level) for n in store.notes(run.id)] == [
        ("hosts share a network", "differs")
    ]
    assert store.logs(run.id) == [LogLine("algo-1", "loss=0.5", 13.0)]


def test_logs_merge_streams_by_time_and_obey_since_and_tail(store: RunStore) -> None:
    run = store.create(TRAINING)
    for line in (
        LogLine("job/algo-1", "a", 1.0),
        LogLine("job/algo-2", "b", 2.0),
        LogLine("job/algo-1", "c", 3.5),
    ):
        store.record(run.id, line)
    assert [line.text for line in store.logs(run.id)] == ["a", "b", "c"]
    assert [line.stream for line in store.logs(run.id, since=2.0)] == ["job/algo-2", "job/algo-1"]
    assert [line.text for line in store.logs(run.id, tail=1)] == ["c"]


def test_a_tail_gives_each_line_once_and_never_half_a_line(store: RunStore) -> None:
    run = store.create(TRAINING)
    tail = store.log_tail(run.id)
    assert tail.read() == []
    store.record(run.id, LogLine("algo-1", "first", 1.0))
    file = store.folder_of(run.id) / "logs" / "algo-1.log"
    with file.open("a") as half:
        half.write("1970-01-01T00:00:02.000Z sec")
    assert [line.text for line in tail.read()] == ["first"]
    with file.open("a") as rest:
        rest.write("ond\n")
    assert [line.text for line in tail.read()] == ["second"]


def test_a_tail_from_the_end_leaves_the_rest_to_before(store: RunStore) -> None:
    run = store.create(TRAINING)
    for number in range(3):
        store.record(run.id, LogLine("algo-1", f"{number} " + "x" * 70_000, float(number)))
    tail = store.log_tail(run.id, from_start=False)
    store.record(run.id, LogLine("algo-1", "3", 3.0))
    assert [line.text[0] for line in tail.before()] == ["0", "1", "2"]
    assert [line.text[0] for line in tail.before(since=1.0, tail=1)] == ["2"]
    assert [line.text for line in tail.read()] == ["3"]


def test_events_with_a_subject_belong_to_the_child(store: RunStore) -> None:
    run = store.create(Draft("tuning", "search", "local"))
    store.record(run.id, MetricPoint("acc", 0.9, 1.0, subject="trial-2"))
    store.record(run.id, Finished("Completed", None, 2.0))
    child = store.child(run.id, "trial-2")
    assert [c.id for c in store.children(run.id)] == [child.id] == [f"{run.id}-001"]
    assert store.series(run.id) == []
    assert [m.value for m in store.series(child.id)] == [0.9]
    assert [r.id for r in store.find()] == [run.id], "children are not listed as runs"


def test_runs_are_found_by_id_beginning_name_and_last(store: RunStore) -> None:
    first, second = store.create(TRAINING), store.create(TRAINING)
    assert store.get(first.id).id == first.id
    assert store.get("demo").id == second.id
    assert store.get("last").id == second.id
    assert store.get(first.id[:-1]).id == first.id
    for nothing in ("", "2", "nope", "%"):
        with pytest.raises(UsageError, match="there is no run"):
            store.get(nothing)


def test_what_aws_answers_is_merged(store: RunStore) -> None:
    run = store.create(TRAINING)
    store.add_remote(run.id, {"arn": "a", "account": "1"})
    store.add_remote(run.id, {"arn": "b"})
    assert store.get(run.id).remote == {"arn": "b", "account": "1"}


def test_the_journal_keeps_order_and_detail(store: RunStore) -> None:
    run = store.create(TRAINING)
    store.journal(run.id, "send", name="demo-1")
    store.journal(run.id, "sent", arn="arn:x")
    assert [(s.name, dict(s.detail)) for s in store.steps(run.id)] == [
        ("send", {"name": "demo-1"}),
        ("sent", {"arn": "arn:x"}),
    ]


def test_a_local_run_whose_owner_was_killed_reads_as_interrupted(tmp_path: Path) -> None:
    program = (
        "import sys,time;from pathlib import Path;"
        "from awsml.store.runs import RunStore;from awsml.store.run import Draft;"
        "from awsml.events import PhaseChanged;"
        "s=RunStore(Path(sys.argv[1]));r=s.create(Draft('training','x','local'));"
        "s.record(r.id,PhaseChanged('Training',time.time()));print(r.id,flush=True);time.sleep(60)"
    )
    folder = tmp_path / ".awsml"
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    run_id = child.stdout.readline().strip()
    store = RunStore(folder)
    assert store.get(run_id).status is Status.RUNNING
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    run = store.get(run_id)
    assert run.status is Status.INTERRUPTED
    assert run.ended is not None and store.phases(run_id)[0].ended is not None


def test_a_reused_pid_is_not_the_owner(store: RunStore) -> None:
    run = store.create(TRAINING, Owner(os.getpid(), "another boot/1"))
    assert store.get(run.id).status is Status.INTERRUPTED


def test_an_aws_run_without_its_watcher_is_left_to_aws(store: RunStore) -> None:
    run = store.create(Draft("training", "x", "aws"), Owner(os.getpid(), "gone"))
    assert store.get(run.id).status is Status.CREATED
    assert not store.get(run.id).watched


def test_only_one_process_takes_over_a_run(store: RunStore) -> None:
    run = store.create(TRAINING, Owner(os.getpid(), "gone"))
    assert store.take(run.id, this_process(), detached=False)
    assert not store.take(run.id, Owner(1, "other"), detached=True), "its owner lives"
    assert store.get(run.id).owner == this_process()


def test_a_stop_request_reaches_the_owner(store: RunStore) -> None:
    run = store.create(TRAINING)
    assert store.stop_asked(run.id) is None
    RunStore(store.folder).ask_to_stop(run.id, "kill")
    assert store.stop_asked(run.id) == "kill"


def test_many_processes_write_at_once_and_lose_nothing(tmp_path: Path) -> None:
    program = (
        "import sys;from pathlib import Path;"
        "from awsml.store.runs import RunStore;from awsml.store.run import Draft;"
        "s=RunStore(Path(sys.argv[1]));r=s.create(Draft('training','x','aws'));"
        "[s.journal(r.id,'step',n=n) for n in range(20)]"
    )
    command = [sys.executable, "-c", program, str(tmp_path / ".awsml")]
    children = [subprocess.Popen(command) for _ in range(6)]
    assert [child.wait() for child in children] == [0] * 6
    store = RunStore(tmp_path / ".awsml")
    runs = store.find()
    assert len({run.id for run in runs}) == 6
    assert [len(store.steps(run.id)) for run in runs] == [20] * 6


def test_a_newer_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".awsml").mkdir()
    file = tmp_path / ".awsml" / "runs.db"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version=99")
    with pytest.raises(AwsmlError, match="newer awsml"):
        RunStore(tmp_path / ".awsml")
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (99,)


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / ".awsml").mkdir()
    (tmp_path / ".awsml" / "runs.db").write_text("this is no database, it is a text\n" * 10)
    with pytest.raises(AwsmlError, match="cannot be used as the run store"):
        RunStore(tmp_path / ".awsml")


def test_the_folder_is_private_and_never_committed(store: RunStore) -> None:
    assert store.folder.stat().st_mode & 0o777 == 0o700
    assert (store.folder / ".gitignore").read_text() == "*\n"


def test_values_are_stored_as_json_text(store: RunStore) -> None:
    run = store.create(Draft("training", "x", "local", effective={"b": 1, "a": [1.5]}))
    with sqlite3.connect(store.folder / "runs.db") as connection:
        text = connection.execute("SELECT effective FROM runs").fetchone()[0]
    assert json.loads(text) == {"b": 1, "a": [1.5]} == store.get(run.id).effective


def test_a_store_on_a_full_disk_is_read_as_it_lies(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.create(TRAINING)
    store.close()
    whole = schema._opened

    def full(file: Path, *, frozen: bool) -> sqlite3.Connection:
        if frozen:
            return whole(file, frozen=True)
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
        raise schema.StoreError("no room") from error

    monkeypatch.setattr(schema, "_opened", full)
    with RunStore(store.folder) as again:
        assert again.get("last").id == run.id
        with pytest.raises(AwsmlError, match="readonly"):
            again.create(TRAINING)
    (store.folder / "runs.db-wal").write_text("what was never merged")
    with pytest.raises(AwsmlError, match="no room"):
        RunStore(store.folder)


class _LockedTwice:
    """A connection that another process locks out for a moment."""

    def __init__(self) -> None:
        self.tries = 0

    def execute(self, statement: str) -> None:
        self.tries += 1
        if self.tries < 3:
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error


def test_a_store_that_is_being_made_by_another_process_is_waited_for() -> None:
    locked = _LockedTwice()
    schema._write_ahead(locked)  # type: ignore[arg-type]
    assert locked.tries == 3


def test_processes_that_make_the_store_at_once_all_have_it(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from awsml.store.schema import connect;"
        "sys.stdin.read(1); connect(Path(sys.argv[1])).close()"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "runs.db")]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(6)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"x")
        process.stdin.close()
    assert [process.wait(timeout=60) for process in processes] == [0] * 6
