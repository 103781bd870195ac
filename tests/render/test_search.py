"""A search as it is shown: lines off a terminal, a table on one, and its part of a plan."""

from __future__ import annotations

import io
import itertools
import re

from awsml.backends.local.tuning.standing import Entry
from awsml.cli.live_search import SearchLines, SearchTable
from awsml.cli.output import Style
from awsml.events import Progress, TrialChanged
from awsml.render.search import search_section
from awsml.render.search_charts import best_chart
from awsml.render.search_drawing import curves, parallel_coordinates
from awsml.search.space import Dimension, Space

STYLE = Style(colour=False, width=90)


def trial(number: int, status: str, **more: object) -> TrialChanged:
    setting = {"lr": "0.01", "kind": "sgd"}
    return TrialChanged(number, f"run-{number:03d}", status, setting, 100.0, **more)  # type: ignore[arg-type]


def test_off_a_terminal_a_trial_has_a_line_when_it_starts_and_when_it_ends() -> None:
    out = io.StringIO()
    view = SearchLines(out, STYLE)
    view.show(trial(1, "Starting"))
    view.show(trial(1, "Training", objective=0.4, seconds=1.0))
    view.show(trial(1, "Completed", objective=0.5, best=True, seconds=2.0, usd=0.01))
    view.show(trial(2, "Failed", reason="ExitCode 1", seconds=3.0))
    view.show(trial(3, "Failed", reason="ExitCode 1", seconds=3.0, subject="trial-003"))
    assert out.getvalue().splitlines() == [
        "trial 1  started  lr=0.01  kind=sgd",
        "trial 1  Completed  0.5  2 s $0.01  best so far",
        "trial 2  Failed  no objective  3 s",
        "trial 3  Failed  no objective  3 s  (ExitCode 1)",
    ]


def test_the_table_shows_what_runs_the_best_one_and_the_sum() -> None:
    view = SearchTable(io.StringIO(), STYLE, clock=lambda: 110.0)
    view.show(trial(1, "Completed", objective=0.5, best=True, seconds=2.0, usd=0.01))
    view.show(trial(2, "Training", objective=0.3, seconds=1.0, usd=0.02))
    view.show(Progress("trials", 1, 20, "trials"))
    head, first, second, status = view.rows()
    assert head.split() == ["trial", "status", "objective", "time", "cost", "setting"]
    assert first.startswith("    1*")
    assert "11 s" in second  # 1 s as told, and 10 s since
    assert "1 of 20 trials over" in status
    assert "best 0.5 (trial 1)" in status
    assert "$0.03 planned" in status


def test_a_row_has_short_numbers_and_fits_eighty_columns() -> None:
    view = SearchTable(io.StringIO(), Style(False, 80), clock=lambda: 100.0)
    long = {"lr": "0.0001660796749", "momentum": "0.9137231353", "batch": "1024", "kind": "e.g."}
    row = TrialChanged(7, "r", "Completed", long, 100.0, objective=0.5, seconds=0.49, usd=1e-5)
    view.show(row)
    (shown,) = view.rows()[1:-1]
    assert "lr=0.000166  momentum=0.914  batch=1024  kind=e.g." in shown
    assert len(shown) < 80


def test_on_a_narrow_screen_cost_and_time_give_way_to_the_settings() -> None:
    view = SearchTable(io.StringIO(), Style(False, 60), clock=lambda: 100.0)
    setting = {"lr": "0.0001660796749", "momentum": "0.9137231353"}
    done = {"objective": 0.500123, "seconds": 0.49, "usd": 1e-5}
    view.show(TrialChanged(7, "r", "Completed", setting, 100.0, **done))  # type: ignore[arg-type]
    head, shown, _ = view.rows()
    assert "lr=0.000166  momentum=0.914" in shown
    assert max(len(head), len(shown)) < 60
    assert "cost" not in head


def test_a_trial_that_failed_on_aws_says_why_above_the_table() -> None:
    out = io.StringIO()
    view = SearchTable(out, STYLE, clock=lambda: 100.0)
    view.show(trial(4, "Failed", reason="CapacityError: none", subject="trial-004"))
    assert "trial 4  Failed  no objective  0 s  (CapacityError: none)" in out.getvalue()


def test_the_table_is_drawn_over_itself_and_keeps_to_the_width() -> None:
    out = io.StringIO()
    now = iter(float(i) for i in range(100))
    view = SearchTable(out, Style(False, 40), clock=lambda: next(now))
    for number in range(1, 30):
        view.show(trial(number, "Completed", objective=0.5, seconds=2.0))
    view.close()
    shown = re.split(r"\x1b\[\d+A\x1b\[J", out.getvalue())
    assert len(shown) > 20
    assert max(len(line) for line in shown[-1].splitlines()) < 40
    assert len(shown[-1].splitlines()) == 14


def test_a_plan_without_a_target_says_so() -> None:
    unknown = {"expected": None}
    row = {
        "parallel": 2,
        "trials_to_target": unknown,
        "usd": {"expected": 12.0},
        "wall_seconds": {"expected": 3600.0},
        "planned": {"expected_top": {"expected": 0.034}},
    }
    scales = [{"name": "lr", "scale": "log", "because": "4 decades"}]
    text = search_section({"by_parallel": [row], "parameters": scales, "trials": 20}, 80)
    assert "no target is given" in text
    assert "among the best 3.4%" in text
    assert "4 decades" in text


def test_an_objective_that_spans_decades_is_drawn_on_a_logarithmic_axis() -> None:
    """Evenly apart in decades is evenly apart in the drawing."""
    space = Space((Dimension("x"),))
    losses = [10.0**-power for power in range(5)]
    entries = [
        Entry(n, f"run-{n}", {"x": "0.5"}, [1.0, loss], "Completed")
        for n, loss in enumerate(losses)
    ]
    for drawn in (parallel_coordinates(space, entries, "loss", False), curves(entries, "loss")):
        heights = sorted(float(y) for y in re.findall(r'<path class="line[^>]* ([\d.]+)"', drawn))
        gaps = [b - a for a, b in itertools.pairwise(heights)]
        assert max(gaps) - min(gaps) < 0.3


def test_losses_that_burst_do_not_flatten_the_best_so_far() -> None:
    losses = [2.0, 1e12, 1.0, 5.0, 1e13, 0.5]
    at = [(float(n), Entry(n, f"run-{n}", {}, [loss])) for n, loss in enumerate(losses)]
    chart = best_chart("Best so far", "seconds", "loss", at, maximize=False)
    best, trials = chart.series
    assert [y for _, y in best.points] == [2.0, 2.0, 1.0, 1.0, 1.0, 0.5]
    assert [y for _, y in trials.points] == [2.0, 1.0, 5.0, 0.5]
    assert "2 of 6 trials" in chart.note
