"""How good each strategy gets, on tasks and over seeds; training is counted in whole trials."""

from __future__ import annotations

import math
import random
import statistics
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from search_tasks import REFERENCE, STEPS, Task

from awsml.search.hyperband import Hyperband
from awsml.search.median_rule import MedianRule
from awsml.search.random_search import RandomSearch
from awsml.search.space import Dimension, Space
from awsml.search.tpe_search import TpeSearch
from awsml.search.trial import Search, Stopping, Tried

AT_ONCE = (1, 2, 5, 10)
TRIALS = 60

Best = list[float]  # the best value so far, after each whole trial's worth of training
Way = tuple[str, int]  # a strategy, and how many at once


@dataclass(frozen=True)
class Result:
    """Of one task: a run for each seed, by the way it was searched."""

    task: Task
    reference: Sequence[float]
    runs: dict[Way, list[Best]] = field(default_factory=dict)
    stopped: dict[str, list[float]] = field(default_factory=dict)  # share of steps not run
    stopped_best: dict[str, list[float]] = field(default_factory=dict)

    def share(self, value: float) -> float:
        """Of all settings, how many are better."""
        return bisect_left(self.reference, value) / REFERENCE

    def needed(self, way: Way, top: float, confidence: float) -> float | None:
        """Trials that this share of the seeds took; None where too few arrived."""
        enough = self.reference[round(top * REFERENCE)]
        hits = sorted(
            next((i + 1 for i, value in enumerate(run) if value <= enough), TRIALS + 1)
            for run in self.runs[way]
        )
        found = hits[min(len(hits) - 1, math.ceil(confidence * len(hits)) - 1)]
        return float(found) if found <= TRIALS else None

    def middle(self, way: Way, trials: int) -> float:
        return statistics.median(run[trials - 1] for run in self.runs[way])


@dataclass
class _Running:
    """A trial that reports what its curve says, step by step."""

    setting: dict[str, str]
    curve: Sequence[float]
    reported: list[float] = field(default_factory=list)
    over: bool = False

    def tried(self) -> Tried:
        value = self.reported[-1] if self.over else None
        return Tried(self.setting, value, running=not self.over)


def measured(task: Task, seeds: int) -> Result:
    """Random search is the same at any number at once."""
    result = Result(task, task.reference())
    every, space = range(seeds), task.space
    result.runs["random", 1] = [_whole(task, RandomSearch(space, seed), 1) for seed in every]
    for at_once in AT_ONCE:
        result.runs["bayesian", at_once] = [
            _whole(task, TpeSearch(space, seed, False), at_once) for seed in every
        ]
        result.runs["hyperband", at_once] = [_hyperband(task, seed, at_once) for seed in every]
    for name, searches in (
        ("random", [RandomSearch(space, seed) for seed in every]),
        ("bayesian", [TpeSearch(space, seed, False) for seed in every]),
    ):
        ends = [_stopped_early(task, search) for search in searches]
        result.stopped[name] = [share for share, _ in ends]
        result.stopped_best[name] = [best for _, best in ends]
    return result


def _whole(task: Task, search: Search, at_once: int) -> Best:
    """The best after each trial, in the order of their numbers; so many run while the next one is
    chosen."""
    trials: list[_Running] = []
    best, after = math.inf, list[float]()
    for _ in range(TRIALS):
        trial = _started(task, search, trials)
        trial.reported.extend(trial.curve)
        if len(trials) >= at_once:
            trials[-at_once].over = True
        best = min(best, trial.reported[-1])
        after.append(best)
    return after


def _hyperband(task: Task, seed: int, at_once: int) -> Best:
    """Trials at once take their steps in turns; what counts is what has ended by then."""
    search, rule = RandomSearch(task.space, seed), Hyperband(False, 1, STEPS)
    trials, alive = list[_Running](), list[_Running]()
    best, steps, after = math.inf, 0, list[float]()
    while len(after) < TRIALS:
        alive += [_started(task, search, trials) for _ in range(at_once - len(alive))]
        for trial in alive:
            _step(trial, trials, rule)
            if trial.over:
                best = min(best, trial.reported[-1])
            steps += 1
            if steps % STEPS == 0:
                after.append(best)
        alive = [trial for trial in alive if not trial.over]
    return after[:TRIALS]


def _stopped_early(task: Task, search: Search) -> tuple[float, float]:
    """The share of all steps that the median rule spares, and the best result all the same."""
    trials, rule = list[_Running](), MedianRule(False)
    for _ in range(TRIALS):
        trial = _started(task, search, trials)
        while not trial.over:
            _step(trial, trials, rule)
    steps = sum(len(trial.reported) for trial in trials)
    return 1 - steps / (TRIALS * STEPS), min(trial.reported[-1] for trial in trials)


def _started(task: Task, search: Search, trials: list[_Running]) -> _Running:
    setting = search.suggest(len(trials) + 1, [each.tried() for each in trials])
    assert setting is not None
    trials.append(_Running(setting, task.curve(setting)))
    return trials[-1]


def _step(trial: _Running, trials: Sequence[_Running], rule: Stopping) -> None:
    trial.reported.append(trial.curve[len(trial.reported)])
    trial.over = len(trial.reported) == len(trial.curve)
    if not trial.over:
        others = [each.reported for each in trials if each is not trial]
        trial.over = rule.stops(trials.index(trial) + 1, trial.reported, others)


def scale_costs(seeds: int) -> Iterator[tuple[int, float, float]]:
    """Decades, and mean trials to the best 5 % with one range searched by them, and linearly."""
    for decades in (1, 2, 3, 4, 5):
        log, linear = (
            statistics.fmean(_trials_on(scale, decades, seed) for seed in range(seeds))
            for scale in ("log", "linear")
        )
        yield decades, log, linear


def _trials_on(scale: str, decades: int, seed: int) -> int:
    """The goal is the same on both scales: near the optimum, counted in decades."""
    luck = random.Random(seed)
    goal = [luck.uniform(0.1, 0.9) for _ in range(3)]
    rate = Dimension("rate", low=10.0**-decades, high=1.0, scale=scale)
    space = Space((rate, Dimension("x"), Dimension("y")))

    def miss(units: Sequence[float]) -> float:
        return sum(w * (u - g) ** 2 for w, u, g in zip((6, 2, 1), units, goal, strict=True))

    drawn = sorted(miss([luck.random() for _ in range(3)]) for _ in range(REFERENCE))
    search, tried = TpeSearch(space, seed, False), list[Tried]()
    for number in range(1, TRIALS + 1):
        setting = search.suggest(number, tried) or {}
        place = 1 + math.log10(float(setting["rate"])) / decades
        value = miss([place, float(setting["x"]), float(setting["y"])])
        if value <= drawn[REFERENCE // 20]:
            return number
        tried.append(Tried(setting, value))
    return TRIALS
