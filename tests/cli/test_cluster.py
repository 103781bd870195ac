"""`awsml cluster fit`: predictions with intervals, refusals with what to measure, flags."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CommandLine
from tests.contracts import check, check_text

STARTER = Path(__file__).parent.parent.parent / "templates" / "starters" / "cluster"
TOPOLOGY = STARTER / "topo.txt"
HEADING = "strategy,gpus,nodes,batch_per_gpu,throughput\n"
FIRST_FOUR = HEADING + "ddp,1,1,4,27.4\nddp,2,1,4,29.3\nddp,4,1,4,28.6\n"


def fitted(awsml: CommandLine, table: str | Path, *words: str) -> Any:
    file = Path("bench.csv")
    file.write_text(table if isinstance(table, str) else table.read_text(encoding="utf-8"))
    ran = awsml("cluster", "fit", "bench.csv", "-o", "json", *words)
    assert ran.code == 0, ran.err
    return check_text("scaling", ran.out)


def figure(answer: Any, gpus: int, strategy: str = "ddp") -> Any:
    return next(p for p in answer["predictions"] if (p["strategy"], p["gpus"]) == (strategy, gpus))


@pytest.mark.parametrize(("gpus", "measured"), [(8, 39.6), (10, 47.9)])
def test_four_gpus_foretell_eight_and_ten(awsml: CommandLine, gpus: int, measured: float) -> None:
    answer = fitted(awsml, FIRST_FOUR, "--topology", str(TOPOLOGY), "--predict", "8,10")
    found = figure(answer, gpus)["throughput"]
    assert found["expected"] == pytest.approx(measured, rel=0.10)
    assert found["low"] <= measured <= found["high"]
    assert found["basis"] == "derived"  # the other NUMA node was never measured
    assert answer["form"] == "shared-bus"


def test_two_nodes_follow_from_one_and_the_network(awsml: CommandLine) -> None:
    words = ("--topology", str(TOPOLOGY), "--network", "20 Gbps", "--parameters", "305M")
    answer = fitted(awsml, STARTER / "bench.csv", *words, "--predict", "20")
    found = figure(answer, 20)
    assert found["nodes"] == 2
    assert found["throughput"]["expected"] == pytest.approx(73.3, rel=0.05)
    assert found["throughput"]["basis"] == "derived"


def test_a_fall_that_no_form_explains_is_flagged(awsml: CommandLine) -> None:
    answer = fitted(awsml, STARTER / "bench.csv", "--topology", str(TOPOLOGY))
    falls = {
        (f["strategy"], f["gpus"]): f["message"]
        for f in answer["flags"]
        if f["slug"] == "non-monotone"
    }
    assert "no form explains it" in falls["zero2", 10]
    assert "the shared-bus form explains it" in falls["ddp", 4]


def test_a_measured_count_is_answered_by_its_measurement(awsml: CommandLine) -> None:
    answer = fitted(awsml, STARTER / "bench.csv", "--topology", str(TOPOLOGY), "--predict", "8")
    found = figure(answer, 8)["throughput"]
    assert (found["expected"], found["basis"]) == (39.6, "measured")


@pytest.mark.parametrize(
    ("table", "words", "gpus", "because", "measure"),
    [
        (FIRST_FOUR, (), 17, "more than 4 times 4", "5 GPUs"),
        (HEADING + "ddp,2,1,4,20\nddp,4,1,4,40\n", (), 8, "one GPU", "1 GPU"),
        (HEADING + "ddp,1,1,4,20\n", (), 4, "only one GPU", "2 GPUs"),
        (FIRST_FOUR, ("--gpus", "4"), 8, "no measurement spans two", "iperf3"),
        (FIRST_FOUR, ("--gpus", "4", "--network", "20 Gbps"), 8, "bytes", "parameters"),
    ],
)
def test_what_cannot_be_known_is_refused(
    awsml: CommandLine, table: str, words: tuple[str, ...], gpus: int, because: str, measure: str
) -> None:
    found = figure(fitted(awsml, table, "--predict", str(gpus), *words), gpus)
    assert "throughput" not in found
    assert because in found["refused"]["because"]
    assert measure in found["refused"]["measure"]


def test_a_socket_that_was_never_crossed_needs_its_bandwidth(awsml: CommandLine) -> None:
    """With peer access each link has its own rate, and that of the far one is not in the fit."""
    rows = [
        "\t".join(
            [
                f"GPU{i}",
                *("X" if i == j else "PIX" if i // 2 == j // 2 else "SYS" for j in range(4)),
            ]
        )
        for i in range(4)
    ]
    open_rows = [
        "\t".join([f" GPU{i}", *("X" if i == j else "OK" for j in range(4))]) for i in range(4)
    ]
    Path("topo.txt").write_text("\n".join([*rows, "", *open_rows]), encoding="utf-8")
    table = HEADING + "ddp,1,1,4,20\nddp,2,1,4,38\n"
    refused = figure(fitted(awsml, table, "--topology", "topo.txt", "--predict", "4"), 4)
    assert "cross the socket" in refused["refused"]["because"]
    words = ("--topology", "topo.txt", "--predict", "4", "--link", "20 GB/s")
    given = figure(fitted(awsml, table, *words), 4)
    assert given["throughput"]["basis"] == "derived"


@pytest.mark.parametrize(
    ("row", "slug"),
    [
        ("ddp,8,1,4,0\n", "measurement-refused"),
        ("ddp,8,1,8,60\n", "mixed-batch"),
        ("ddp,2,1,4,20\n", "repeats-differ"),
        ("ddp,8,1,4,400\n", "super-linear"),
    ],
)
def test_odd_points_are_flagged(awsml: CommandLine, row: str, slug: str) -> None:
    assert slug in {flag["slug"] for flag in fitted(awsml, FIRST_FOUR + row)["flags"]}


def test_another_host_is_another_curve(awsml: CommandLine) -> None:
    table = "strategy,gpus,batch_per_gpu,throughput,host\nddp,1,4,20,a\nddp,2,4,38,a\nddp,4,4,1,b\n"
    answer = fitted(awsml, table)
    assert [flag["gpus"] for flag in answer["flags"] if flag["slug"] == "mixed-host"] == [4]
    assert [point["gpus"] for point in answer["fits"][0]["points"]] == [1, 2]


def test_a_cut_off_topology_stops_with_a_reason(awsml: CommandLine) -> None:
    Path("bench.csv").write_text(FIRST_FOUR, encoding="utf-8")
    whole = TOPOLOGY.read_text(encoding="utf-8")
    Path("topo.txt").write_text("\n".join(whole.splitlines()[:6]), encoding="utf-8")
    ran = awsml("cluster", "fit", "bench.csv", "--topology", "topo.txt", "-o", "json")
    assert ran.code == 2
    error = json.loads(ran.out)["error"]
    assert error["slug"] == "topology-unreadable" and "cut off" in error["message"]


def test_the_starter_runs_at_once(awsml: CommandLine) -> None:
    assert awsml("init", "cluster").code == 0
    ran = awsml("cluster", "fit")
    assert ran.code == 0 and "GPUs of a NUMA node share one host path" in ran.out
    plan = awsml("plan", "-o", "json")
    check("plan", json.loads(plan.out))
    assert json.loads(plan.out)["calls"] == []
    assert "accumulate 4 steps" in awsml("advise").out


def test_the_page_stands_alone_and_shows_intervals(awsml: CommandLine) -> None:
    awsml("init", "cluster")
    assert awsml("cluster", "fit", "-o", "html=page.html").code == 0
    page = Path("page.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 5 and "http-equiv" not in page and "src=" not in page
    assert 'class="band' in page


def test_a_flag_beats_the_scenario(awsml: CommandLine) -> None:
    awsml("init", "cluster")
    ran = awsml("cluster", "fit", "--predict", "16", "--network", "100 Gbps", "-o", "json")
    answer = check_text("scaling", ran.out)
    assert {p["gpus"] for p in answer["predictions"]} == {16}
    slower = json.loads(
        awsml("cluster", "fit", "--predict", "16", "--network", "5 Gbps", "-o", "json").out
    )
    fast, slow = (figure(each, 16)["throughput"]["expected"] for each in (answer, slower))
    assert fast > slow and math.isfinite(fast)


def test_a_table_of_several_nodes_says_how_many_gpus_one_has(awsml: CommandLine) -> None:
    table = HEADING + "ddp,1,1,32,100\nddp,8,1,32,780\nddp,16,2,32,800\nddp,32,4,32,1500\n"
    answer = fitted(awsml, table, "--predict", "24,64")
    assert [figure(answer, gpus)["nodes"] for gpus in (24, 64)] == [3, 8]
    assert 800 < figure(answer, 24)["throughput"]["expected"] < 1500
    assert "node-inferred" in {flag["slug"] for flag in answer["flags"]}
    told = fitted(awsml, table, "--predict", "24", "--gpus", "8")
    assert figure(told, 24) == figure(answer, 24)
    assert "node-inferred" not in {flag["slug"] for flag in told["flags"]}
