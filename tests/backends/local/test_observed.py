"""What a measurement writes into the scenario, and the line of each point."""

from __future__ import annotations

from dataclasses import replace

from awsml.backends.local.load.bench import Asked, Bench, observed
from awsml.backends.local.load.point import Load, Outcome
from awsml.render.bench import bench_text, point_line

MILLI = 1e-3


def point(
    rate: float | None = None,
    *,
    at_a_time: int | None = None,
    answered: int = 100,
    p99_ms: float = 10.0,
    late_ms: float = 0.0,
    errors: int = 0,
) -> Outcome:
    """One second of a load."""
    load = Load(1.0, b"x", "text/plain", rate=rate, concurrency=at_a_time)
    times = [p99_ms * MILLI] * answered
    failed = {"500": errors} if errors else {}
    return Outcome(load, 1.0, times, failed, [late_ms * MILLI] * answered, {"cpu": 0.5})


def test_the_highest_rate_that_was_kept_in_time_is_the_throughput() -> None:
    alone, kept = point(at_a_time=1, p99_ms=5), point(100.0, answered=100)
    slow, lost = point(200.0, answered=200, p99_ms=90), point(300.0, answered=250)
    seen = observed([alone, kept, slow, lost], 0.05)
    assert seen is not None
    assert (seen.throughput, seen.latency_seconds) == (100, 0.005)


def test_where_no_arrivals_were_in_time_the_closed_loop_is_what_there_is() -> None:
    closed = [point(at_a_time=1, answered=80), point(at_a_time=4, answered=150, p99_ms=30)]
    bound = point(120.0, answered=120, late_ms=50)
    seen = observed([*closed, bound], 0.05)
    assert seen is not None and seen.throughput == 150
    strict = observed([*closed, bound], 0.02)
    assert strict is not None and strict.throughput == 80


def test_rates_that_were_answered_late_leave_it_unknown() -> None:
    seen = observed([point(at_a_time=1, answered=500), point(100.0, p99_ms=90)], 0.05)
    assert seen is not None and seen.throughput is None
    assert "throughput" not in seen.fields("ml.g5.xlarge", None)


def test_rates_are_those_of_one_instance() -> None:
    seen = observed([point(100.0)], None)
    assert seen is not None
    assert seen.fields("ml.g5.xlarge", None, 4)["throughput"] == "25"


def test_figures_that_are_about_the_generator_are_marked_and_lines_are_short() -> None:
    bound = point(19_000.4, answered=12_345, p99_ms=1234, late_ms=50, errors=12)
    told = bound.as_json()
    assert "generator-bound" in point_line(told)
    assert len(point_line(told)) <= 80
    text = bench_text([told, point(at_a_time=1).as_json()], {}, 80)
    assert "19000.4/s *" in text
    assert "1 at a time *" not in text
    assert "* generator-bound: requests started late" in text


def test_a_rate_that_is_lost_once_is_tried_once_more() -> None:
    """One pause of a shared machine at 500/s must not leave a quarter of what was answered."""
    tried: list[float | None] = []

    def measure(load: Load) -> Outcome:
        tried.append(load.rate)
        paused = load.rate == 500 and tried.count(500) == 1
        answered = (
            1000 if load.rate is None else round(min(load.rate, 1000) * (0.4 if paused else 1))
        )
        return replace(point(answered=answered), load=load)

    bench = Bench(Asked([("x", b"x")], "text/plain"), measure, lambda most: None, lambda: 0.0)
    found = list(bench.outcomes())
    assert [rate for rate in tried if rate] == [250, 500, 500, 750, 900, 1100]
    assert [one.load.rate for one in found if one.load.rate and one.kept_up] == [250, 500, 750, 900]
    seen = observed(found, None)
    assert seen is not None and seen.throughput == 900
