"""Work done ahead: in order, never more than asked, and quick to give up."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from functools import partial

import pytest

from awsml.storage.ordered import Pace, ordered


def test_results_come_in_the_order_of_the_tasks() -> None:
    def slow_first(number: int) -> int:
        time.sleep(0.02 if number % 5 == 0 else 0)
        return number

    assert list(ordered((partial(slow_first, n) for n in range(50)), 4, 8)) == list(range(50))


def test_no_more_than_the_window_is_under_way() -> None:
    begun = []
    with closing(ordered((partial(begun.append, n) for n in range(100)), 4, 5)) as results:
        next(results)
        time.sleep(0.05)
        assert len(begun) <= 6


def test_a_failure_comes_in_its_turn_and_ends_the_threads() -> None:
    def task(number: int) -> int:
        if number == 3:
            raise OSError("broken")
        return number

    seen = []
    with pytest.raises(OSError, match="broken"):
        for number in ordered((partial(task, n) for n in range(10)), 2, 4):
            seen.append(number)
    assert seen == [0, 1, 2]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead-")]


def test_waiting_can_be_given_up() -> None:
    release = threading.Event()

    def check() -> None:
        release.set()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(ordered([partial(release.wait, 10)], 1, 1, check))


def paced(cpu_share: float) -> int:
    """The window after a second of waiting, while so much of a CPU was used."""
    now = 0.0
    pace = Pace(2, 20, clock=lambda: now, cpu=lambda: now * cpu_share)
    for _ in range(20):
        now += 0.05
        pace.waited()
    return pace.limit


def test_more_is_under_way_while_results_are_waited_for_and_the_cpu_is_not() -> None:
    assert paced(0.3) == 20
    assert paced(0.95) == 2
