"""Time that goes on evenly while the machine's clock is set."""

from __future__ import annotations

from awsml.store.clock import SteadyClock


class Machine:
    wall, ticks = 1_000_000.0, 50.0


def test_a_jump_of_the_wall_clock_is_not_seen() -> None:
    machine = Machine()
    clock = SteadyClock(lambda: machine.wall, lambda: machine.ticks)
    assert clock() == 1_000_000.0
    machine.wall -= 86_400.0
    machine.ticks += 1.5
    assert clock() == 1_000_001.5
