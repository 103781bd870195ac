"""How fast a model is on another device: by FLOPS and by what each card reads of its memory.

Only the device's share of a request changes. How far a model is off those two rates is not known:
a margin of the catalogue widens them. A card that both rates call slower is not faster, and one
that both call faster is not slower: there the machine around it may be the limit.
"""

from __future__ import annotations

import math

from awsml.catalog import Instance
from awsml.catalog.cards import card

Range = tuple[float, float, float]
# Between two devices of which nothing is known: half as fast to twice as fast.
UNKNOWN_DEVICE = (0.5, 1.0, 2.0)


def device_ratio(one: Instance, here: Instance, margin: float) -> Range:
    """How many times as fast one device is as another: low, expected, high."""
    there = one.accelerator and card(one.accelerator.name)
    known = here.accelerator and card(here.accelerator.name)
    if not there or not known:
        return UNKNOWN_DEVICE
    if there.name == known.name:
        return (1.0, 1.0, 1.0)
    compute = there.tflops16 / known.tflops16
    memory = there.memory_gbs / known.memory_gbs
    slower, faster = min(compute, memory), max(compute, memory)
    low = 1.0 if slower >= 1 else slower / margin
    high = 1.0 if faster <= 1 else faster * margin
    return (low, math.sqrt(compute * memory), high)


def carried_over(ratio: Range, share: float | None) -> Range:
    """Times the rate of before, where the device takes a share of each request (Amdahl).

    An unknown share is all of it, and none of it at the end where that is the wider guess.
    """
    low, expected, high = ratio
    if share is None:
        return (min(1.0, low), expected, max(1.0, high))
    return (_with_share(low, share), _with_share(expected, share), _with_share(high, share))


def _with_share(ratio: float, share: float) -> float:
    spent = min(1.0, share)
    return 1 / (1 - spent + spent / ratio)
