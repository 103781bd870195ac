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


@pytest.mark.parametrize(
    ("cell", "told", "plain"),
    [
        ("1026 img/s", "1026 img/s", "1026.83"),
        ('"1,026.83"', "1,026.83", "1026.83"),
        ("1,026.83", "1,026.83", "1026.83"),
        ("52k", "52k", "1026.83"),
        ("93%", "93%", "1026.83"),
    ],
)
def test_a_number_with_a_unit_or_separators_is_an_error_at_its_place(
    awsml: CommandLine, cell: str, told: str, plain: str
) -> None:
    Path("bench.csv").write_text(f"{HEADING}ddp,1,1,4,20\nddp,2,1,4,{cell}\n", encoding="utf-8")
    ran = awsml("cluster", "fit", "bench.csv", "-o", "json")
    error = json.loads(ran.out)["error"]
    assert (ran.code, error["slug"]) == (2, "measurements-unreadable")
    assert f"throughput is `{told}`" in error["message"]
    assert f"such as {plain}" in error["hint"]
    assert (error["line"], error["column"]) == (3, 11 + cell.index(told))


@pytest.mark.parametrize("number", ["52e3", "1E5", "1026.83", "7"])
def test_numbers_that_are_plain_are_read(awsml: CommandLine, number: str) -> None:
    answer = fitted(awsml, f"{HEADING}ddp,1,1,4,{number}\n")
    assert answer["fits"][0]["points"][0]["throughput"] == float(number)


PER_GPU = HEADING + "ddp,1,1,4,100\nddp,2,1,4,96\nddp,4,1,4,93\nddp,8,1,4,88\n"


@pytest.mark.parametrize(
    ("table", "word"),
    [
        (PER_GPU, "efficiency"),
        (PER_GPU.replace("4,100", "4,112").replace("4,96", "4,110"), "throughput of one GPU"),
        (FIRST_FOUR, ""),
        (HEADING + "ddp,1,1,1,15.4\nddp,2,1,1,4.5\nddp,4,1,1,14\n", ""),
    ],
)
def test_shares_and_rates_of_one_gpu_are_not_taken_for_sums(
    awsml: CommandLine, table: str, word: str
) -> None:
    told = [f for f in fitted(awsml, table)["flags"] if f["slug"] == "per-gpu-throughput"]
    assert bool(told) == bool(word)
    assert all(word in flag["message"] and "multiply" in flag["message"] for flag in told)


def test_one_batch_divided_among_gpus_is_told_as_that(awsml: CommandLine) -> None:
    table = HEADING + "ddp,1,1,256,100\nddp,2,1,128,180\nddp,4,1,64,300\n"
    answer = fitted(awsml, table, "--predict", "4")
    assert [flag["slug"] for flag in answer["flags"]] == ["strong-scaling"]
    told = [answer["fits"][0]["loss"], figure(answer, 4)["refused"]["because"]]
    assert all("strong scaling" in text and "only one GPU" not in text for text in told)
    assert "2 GPUs with 256" in figure(answer, 4)["refused"]["measure"]


def loss_of(awsml: CommandLine, rows: str) -> str:
    return str(fitted(awsml, HEADING + rows)["fits"][0]["loss"])


def test_a_flat_node_of_which_two_do_twice_as_much_waits_for_its_host(awsml: CommandLine) -> None:
    flat = "ddp,1,1,128,306\nddp,4,1,128,1079\nddp,8,1,128,1070\n"
    told = loss_of(awsml, flat + "ddp,16,2,128,2094\n")
    assert "the host (data loading, CPU) is the likely limit" in told
    assert "2 nodes do 1.96 times as much as one" in told
    assert "the network" not in told
    assert "the network between the nodes" not in loss_of(awsml, flat)
    assert "host" not in loss_of(awsml, flat.replace("1079", "900").replace("1070", "1700"))


def test_the_network_is_named_where_nodes_are_the_longer_part(awsml: CommandLine) -> None:
    one = "ddp,1,1,32,106.8\nddp,8,1,32,806.56\n"
    assert "the network between the nodes" in loss_of(awsml, one + "ddp,16,2,32,1090.2\n")
    assert "the network between the nodes" not in loss_of(awsml, one + "ddp,16,2,32,1600\n")


def test_parts_of_a_step_add_up_where_more_gpus_do_more_each(awsml: CommandLine) -> None:
    told = loss_of(awsml, "ddp,1,1,32,100\nddp,2,1,32,250\n")
    assert "0.256 s, less than the 0.32 s on one GPU" in told
    assert "of work" not in told
