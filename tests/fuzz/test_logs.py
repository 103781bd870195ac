"""What jobs print and runs leave behind: log lines, their metrics, their files, the run store."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsml.backends.local.metrics import MetricFinder
from awsml.events import Finished, LogLine, MetricPoint, Note, PhaseChanged
from awsml.readers.reasons import explain
from awsml.store.logs import LogTail, read_logs
from awsml.store.run import Draft
from awsml.store.runs import RunStore
from tests.fuzz.profile import fuzzing
from tests.fuzz.reader import FUZZED
from tests.fuzz.texts import ODD, as_bytes, mutated

_LINES = (
    "epoch 1 val_acc=0.93 loss=1e-3",
    "AlgorithmError: ExecuteUserScriptError: ExitCode 1",
    "ResourceLimitExceeded: The account-level service limit 'a' is 0 Instances",
    "CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 15.78 GiB total capacity)",
    "Host EC2 (instance i-0123456789abcdef0) terminated.",
)
_REGEXES = (
    "val_acc=([0-9.]+)",
    "([^ ]+)",
    "loss=(.*)",
    "(?P<a>x)?",
    "[",
    "(",
    "a{99999999999}",
    "\\",
)


@fuzzing
@given(
    st.sampled_from(_REGEXES), st.lists(mutated(_LINES, ("9" * 400, "1e999", "nan")), max_size=3)
)
def test_metrics_of_a_line_are_finite(regex: str, lines: list[str]) -> None:
    def check() -> None:
        with contextlib.closing(MetricFinder({"m": regex})) as finder:
            for line in lines:
                for point in finder.points(LogLine("a", line, 0.0)):
                    assert isinstance(point, MetricPoint) and abs(point.value) < float("inf")

    FUZZED.reads("log metrics", check, placed=False)


def test_a_regex_that_runs_away_is_given_up_and_the_others_go_on() -> None:
    regexes = {"slow": r"(?:\w+ ?)+loss=(\d+)", "loss": r"loss=(\d+)"}
    lines = ("loss=1", "a" * 64, "loss=2")
    with contextlib.closing(MetricFinder(regexes, seconds=0.05)) as finder:
        told = [list(finder.points(LogLine("algo-1", line, 1.0))) for line in lines]
    (given_up,) = told[1]
    assert isinstance(given_up, Note) and "metric `slow` runs away" in given_up.text
    assert [point for points in (told[0], told[2]) for point in points] == [
        MetricPoint("loss", 1.0, 1.0),
        MetricPoint("loss", 2.0, 1.0),
    ]


@fuzzing
@given(mutated(_LINES), st.lists(mutated(_LINES), max_size=3))
def test_the_words_of_a_failure_are_explained_or_not(reason: str, log: list[str]) -> None:
    def check() -> None:
        for found in explain(reason, log):
            assert found.says and found.hint

    FUZZED.reads("reasons", check)


@fuzzing
@given(mutated(["2026-11-21T09:30:12.123Z a line\n2026-11-21T09:30:13.000Z\n", "no time\n"]))
def test_a_log_file_is_lines_whatever_it_holds(text: str) -> None:
    def check() -> None:
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "algo-1%2f.log").write_bytes(as_bytes(text))
            whole = read_logs(Path(name))
            assert len(read_logs(Path(name), tail=1)) <= 1
            assert len(LogTail(Path(name)).read()) <= len(whole)

    FUZZED.reads("log files", check)


@fuzzing
@given(st.lists(st.tuples(ODD, st.floats()), max_size=4))
def test_whatever_a_backend_tells_is_kept(told: list[tuple[str, float]]) -> None:
    """Names, reasons and values come from scripts and from AWS."""

    def check() -> None:
        with tempfile.TemporaryDirectory() as name, RunStore(Path(name) / ".awsml") as store:
            run = store.create(Draft("training", "a", "local"))
            for text, value in told:
                store.record(run.id, LogLine(text, text, 1.0))
                store.record(run.id, MetricPoint(text, value, 1.0))
                store.record(run.id, Note(text))
                store.record(run.id, PhaseChanged(text, 1.0, text))
            store.record(run.id, Finished("Failed", "".join(text for text, _ in told), 2.0))
            assert store.get(run.id).over
            store.logs(run.id)

    FUZZED.reads("events", check)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE runs SET requests='{'",
        "UPDATE runs SET figures='[" + "[" * 100_000 + "'",
        "UPDATE runs SET status='Flying'",
        "UPDATE runs SET name=CAST(x'80' AS TEXT)",
        "UPDATE journal SET detail='{'",
        "UPDATE journal SET name=CAST(x'80' AS TEXT)",
        "DROP TABLE journal",
    ],
)
def test_a_row_that_makes_no_sense_is_one_error(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / ".awsml"
    with RunStore(folder) as store:
        store.journal(store.create(Draft("training", "a", "aws")).id, "send", a=1)
    with contextlib.closing(sqlite3.connect(folder / "runs.db", isolation_level=None)) as file:
        file.execute(damage)

    def check() -> None:
        with RunStore(folder) as store:
            for found in store.find():
                store.steps(found.id)

    assert FUZZED.reads("run store files", check, placed=False) is not None


@pytest.mark.slow  # ids and times are in the file, so no two runs see the same one
@fuzzing
@given(st.lists(st.tuples(st.integers(0, 60_000), st.binary(min_size=1, max_size=40)), max_size=6))
def test_a_damaged_run_store_is_read_or_refused(damage: list[tuple[int, bytes]]) -> None:
    def check() -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / ".awsml"
            with RunStore(folder) as store:
                run = store.create(Draft("training", "a", "aws", requests=({"operation": "x"},)))
                store.journal(run.id, "send", a=1)
            file = folder / "runs.db"
            connection = sqlite3.connect(file)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            data = bytearray(file.read_bytes())
            for at, changed in damage:
                data[at : at + len(changed)] = changed
            file.write_bytes(bytes(data))
            with RunStore(folder) as store:
                for found in store.find():
                    store.steps(found.id)
                    store.phases(found.id)
                    store.notes(found.id)

    FUZZED.reads("run store files", check, placed=False)
