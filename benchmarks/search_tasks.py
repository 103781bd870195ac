"""What searches are measured on: functions, and a real training; none fitted what is predicted."""

from __future__ import annotations

import importlib.util
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from awsml.search.space import Dimension, Space

STEPS = 9  # values that a whole trial reports
REFERENCE = 4000
STARTER = Path(__file__).parent.parent / "templates" / "starters" / "tuning" / "src" / "train.py"


@dataclass(frozen=True)
class Task:
    """Something to minimise: from a setting to what its trial reports, the last being the result.

    A share of "all settings" is of settings that are drawn from `drawn`.
    """

    name: str
    space: Space
    curve: Callable[[Mapping[str, str]], list[float]]
    drawn: Space
    predicted: bool = True  # whether the advice is held against it

    def reference(self) -> list[float]:
        """Results of settings drawn at random, best first."""
        luck = random.Random(20_261_121)
        count = len(self.drawn.dimensions)
        settings = [
            self.drawn.setting([luck.random() for _ in range(count)]) for _ in range(REFERENCE)
        ]
        return sorted(self.curve(setting)[-1] for setting in settings)


def tasks() -> Iterator[Task]:
    yield _function("Levy, 3", 3, lambda u: _levy([10 * v - 5 for v in u]))
    yield _function("Styblinski-Tang, 4", 4, lambda u: _styblinski([10 * v - 5 for v in u]))
    yield _function("Michalewicz, 3", 3, lambda u: _michalewicz([math.pi * v for v in u]))
    yield _training("regression, 3", {})
    linear = {"lr": "linear", "momentum": "linear", "decay": "linear"}
    yield _training("regression, 3, linear scales", linear)


def _function(name: str, count: int, value: Callable[[Sequence[float]], float]) -> Task:
    """A function has no epochs: its trials come from far off to their value, some of them late."""
    space = Space(tuple(Dimension(f"x{i}") for i in range(count)))
    luck = random.Random(name)
    far = sorted(value([luck.random() for _ in range(count)]) for _ in range(200))[180]

    def curve(setting: Mapping[str, str]) -> list[float]:
        end = value(space.units(setting) or [])
        late = random.Random(repr(sorted(setting.items()))).uniform(1, 4)
        return [end + (far - end) * (1 - step / STEPS) ** late for step in range(1, STEPS + 1)]

    return Task(name, space, curve, space)


def _levy(x: Sequence[float]) -> float:
    w = [1 + (v - 1) / 4 for v in x]
    middle = sum((a - 1) ** 2 * (1 + 10 * math.sin(math.pi * a + 1) ** 2) for a in w[:-1])
    last = (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)
    return math.sin(math.pi * w[0]) ** 2 + middle + last


def _styblinski(x: Sequence[float]) -> float:
    return sum(v**4 - 16 * v**2 + 5 * v for v in x) / 2


def _michalewicz(x: Sequence[float]) -> float:
    return -sum(math.sin(v) * math.sin(i * v * v / math.pi) ** 20 for i, v in enumerate(x, 1))


_REGRESSION = (
    Dimension("lr", low=1e-4, high=1, scale="log"),
    Dimension("momentum", low=0.5, high=0.99, scale="reverse-log"),
    Dimension("decay", low=1e-5, high=1, scale="log"),
)


def _training(name: str, scales: Mapping[str, str]) -> Task:
    """The starter's own training: a regression by momentum descent, an epoch a step."""
    script = _starter()
    train, validation = list(script.rows(30, seed=1)), list(script.rows(60, seed=2))

    def curve(setting: Mapping[str, str]) -> list[float]:
        rate, momentum, decay = (float(setting[d.name]) for d in _REGRESSION)
        weights, speed, found = [0.0] * 4, [0.0] * 4, []
        for _ in range(STEPS):
            for features, label in train:
                miss = sum(w * x for w, x in zip(weights, features, strict=True)) - label
                for i, x in enumerate(features):
                    speed[i] = momentum * speed[i] - rate * (miss * x + decay * weights[i])
                    weights[i] = max(-1e6, min(1e6, weights[i] + speed[i]))
            found.append(math.log(script.error(weights, validation)))
        return found

    dimensions = tuple(
        Dimension(d.name, (), d.low, d.high, scales.get(d.name, d.scale)) for d in _REGRESSION
    )
    return Task(name, Space(dimensions), curve, Space(_REGRESSION), predicted=not scales)


def _starter() -> ModuleType:
    spec = importlib.util.spec_from_file_location("starter", STARTER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
