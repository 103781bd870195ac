"""What a search on this machine costs, how good each strategy gets, and what the advice said.

`python benchmarks/tuning.py` first runs 200 trials that do almost nothing, four at once: none may
be lost, and no more than four may be alive by their own clocks; one at a time, a trial may cost
0.3 s beyond its script. Then it measures strategies on functions, and on a real training script,
that no constant was fitted on, at 1, 2, 5 and 10 at once, against what `awsml plan` says. `--write`
puts tables and a chart into docs/benchmarks.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from promise import Promise, told
from search_here import Here, alone_here, searched_here
from search_quality import AT_ONCE, TRIALS, Result, Way, measured, scale_costs
from search_tasks import REFERENCE, tasks

from awsml import catalog
from awsml.estimate.search import linear_penalty, trials_to_target
from awsml.render.chart import Axis, Chart, Series, svg
from awsml.workload.tuning import SearchTarget

DOCS = Path(__file__).parent.parent / "docs" / "benchmarks"
TOPS = (0.1, 0.05, 0.02)
CONFIDENCES = (0.5, 0.8)
AFTER = (10, 20, 40, 60)
WAYS: tuple[Way, ...] = (
    ("random", 1),
    *(("bayesian", n) for n in AT_ONCE),
    *(("hyperband", n) for n in AT_ONCE),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    many, alone = searched_here(options.trials, 4), alone_here()
    results = _results(options.seeds)
    status = told([*_here(many, alone), _predicted(_predictions(results))])
    text = _page(many, alone, results, options.seeds)
    if options.write:
        DOCS.mkdir(parents=True, exist_ok=True)
        (DOCS / "tuning.md").write_text(text, encoding="utf-8")
        (DOCS / "tuning.svg").write_text(svg(_chart(results), alone=True) + "\n", encoding="utf-8")
    else:
        print(text)
    return status


def promises(quick: bool) -> Iterator[Promise]:
    yield from _here(searched_here(40 if quick else 200, 4), alone_here())
    yield _predicted(_predictions(_results(3 if quick else 30)))


def _results(seeds: int) -> list[Result]:
    results = []
    for task in tasks():
        results.append(measured(task, seeds))
        print(f"{task.name}: measured", file=sys.stderr, flush=True)
    return results


def _here(many: Here, alone: Here) -> list[Promise]:
    return [
        Promise(f"of {many.trials} short trials, 4 at once, lost", many.lost + alone.lost, 0),
        Promise("alive at once, by the trials' own clocks", many.alive, 4),
        Promise("a trial beyond its script, one at a time, wall", alone.beyond, 0.3, "s"),
    ]


def _predicted(predictions: Sequence[Prediction]) -> Promise:
    off = [abs(each.off) for each in predictions]
    count = f"over {len(off)} predictions; a quarter are off by more than"
    note = f"{count} {statistics.quantiles(off, n=4)[2]:.0%}"
    error = statistics.median(off) * 100
    return Promise("median error of the trials to a target", error, 20, "%", note=note)


# against the advice


@dataclass(frozen=True)
class Prediction:
    """Trials that a share of the seeds needed, beside what the plan says for it."""

    task: str
    target: SearchTarget
    at_once: int
    needed: float
    said: float

    @property
    def off(self) -> float:
        return self.said / self.needed - 1


def _predictions(results: Sequence[Result]) -> list[Prediction]:
    """Of Bayesian search, which is all that was fitted; targets that were not reached are left."""
    return [
        Prediction(result.task.name, target, at_once, needed, said)
        for result in results
        if result.task.predicted
        for target in (SearchTarget(top, sure) for top in TOPS for sure in CONFIDENCES)
        for at_once in AT_ONCE
        if (needed := result.needed(("bayesian", at_once), target.top, target.confidence))
        if (said := trials_to_target("bayesian", target, at_once).expected)
    ]


# the page


def _page(many: Here, alone: Here, results: Sequence[Result], seeds: int) -> str:
    by = f"By `python benchmarks/tuning.py --write`, with {seeds} seeds, on {os.cpu_count()} CPUs"
    lines = [
        "# Searches, measured",
        "",
        f"{by}, Python {platform.python_version()}.",
        "",
        "## On this machine",
        "",
        "```text",
        *_here_lines(many, alone),
        "```",
        *_section("What the advice predicts", _ABOUT, _prediction_table(_predictions(results))),
        *_section("How good each strategy gets", _ABOUT_BEST, _best_table(results)),
        *_section("What stopping early saves", _ABOUT_STOPPING, _stopping_table(results)),
        *_section("What linear scales cost", _ABOUT_SCALES, _scale_table(seeds)),
    ]
    return "\n".join(lines) + "\n"


def _here_lines(many: Here, alone: Here) -> list[str]:
    ran = f"{many.ran} ran, {many.kept} kept, at most {many.alive} alive, {many.wall:.1f} s"
    spent = f"{alone.cpu:.3f} s of processor time with the script's own"
    return [
        f"{many.trials} trials, 4 at once: {ran}",
        f"one at a time: {alone.beyond:.3f} s a trial beyond the script (0.3 allowed)",
        f"  {spent}, at a load of {alone.load:.1f} on {os.cpu_count()} CPUs",
    ]


def _section(title: str, about: str, body: Sequence[str]) -> list[str]:
    return ["", f"## {title}", "", about, "", *body]


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [headings, ["---"] * len(headings), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def _prediction_table(predictions: Sequence[Prediction]) -> list[str]:
    off = sorted(abs(each.off) for each in predictions)
    summary = (
        f"Median error {statistics.median(off):.0%} over {len(off)} predictions (20 % promised); a "
        f"quarter are off by more than {statistics.quantiles(off, n=4)[2]:.0%}."
    )
    rows = [
        (
            each.task,
            f"best {each.target.top:.0%}, {each.target.confidence:.0%}",
            f"{each.at_once}",
            f"{each.needed:.0f}",
            f"{each.said:.0f}",
            f"{each.off:+.0%}",
        )
        for each in predictions
    ]
    headings = ("task", "target", "at once", "needed", "predicted", "off")
    return [summary, "", *_table(headings, rows)]


def _best_table(results: Sequence[Result]) -> list[str]:
    rows = [
        (
            result.task.name,
            strategy,
            "any" if strategy == "random" else f"{at_once}",
            *(f"{result.middle((strategy, at_once), trials):.3g}" for trials in AFTER),
        )
        for result in results
        for strategy, at_once in WAYS
    ]
    headings = ("task", "strategy", "at once", *(f"after {trials}" for trials in AFTER))
    picture = "![best share by trials](tuning.svg)"
    return [picture, "", *_table(headings, rows), "", *_hyperband_lines(results)]


def _hyperband_lines(results: Sequence[Result]) -> list[str]:
    """How many times less training than random search Hyperband took to the same quality."""
    ratios = []
    for result in results:
        for top in TOPS:
            for sure in CONFIDENCES:
                drawn = result.needed(("random", 1), top, sure)
                for at_once in AT_ONCE:
                    least = result.needed(("hyperband", at_once), top, sure)
                    if drawn and least:
                        ratios.append(drawn / least)
    said = catalog.ranged("hyperband_speed_up")
    low, _, high = statistics.quantiles(ratios, n=4)
    middle = f"{statistics.median(ratios):.1f} times as long as Hyperband in the middle case"
    half = f"{low:.1f} to {high:.1f} times in half of {len(ratios)} cases"
    plan = f"the plan says {said.expected:g}, {said.low:g} to {said.high:g}, from 9 to 81 steps"
    return [f"To the same quality random search trained {middle}, {half}; {plan}."]


def _stopping_table(results: Sequence[Result]) -> list[str]:
    rows = []
    for result in results:
        for strategy in ("random", "bayesian"):
            best = statistics.median(map(result.share, result.stopped_best[strategy]))
            whole = result.share(result.middle((strategy, 1), TRIALS))
            saved = statistics.fmean(result.stopped[strategy])
            rows.append((result.task.name, strategy, f"{saved:.0%}", f"{best:.1%}", f"{whole:.1%}"))
    shares = [share for r in results for each in r.stopped.values() for share in each]
    said = catalog.ranged("early_stopping_share")
    summary = (
        f"The median rule spared {statistics.fmean(shares):.0%} of the training on average; the "
        f"plan says {said.expected:.0%}, {said.low:.0%} to {said.high:.0%}."
    )
    headings = ("task", "strategy", "not run", "best with it", "best without")
    return [summary, "", *_table(headings, rows)]


def _scale_table(seeds: int) -> list[str]:
    rows = [
        (
            f"{decades}",
            f"{log:.0f}",
            f"{linear:.0f}",
            f"{linear / log:.1f}",
            f"{linear_penalty(decades).expected or 0.0:.1f}",
        )
        for decades, log, linear in scale_costs(seeds)
    ]
    return _table(("decades", "log", "linear", "times", "predicted"), rows)


_ABOUT = """Bayesian search here is optuna's, asked as `awsml hpo` asks it. The constants of these
predictions were fitted on Branin, Hartmann 3 and 6, Rosenbrock, Ackley and a bowl; none of the
tasks below was among them. AWS's own search may do better or worse."""

_ABOUT_BEST = """The best value, median over seeds, after so many trials' worth of training. A
function has no epochs, so its trials are made to come from far off to their value in nine steps,
some of them late; the regression trains for nine epochs, and its value is the logarithm of its
error. Random search knows nothing of other trials, so it is the same at any number at once."""

_ABOUT_STOPPING = f"""The share of all steps that early stopping spares in {TRIALS} trials, one at a
time, and how far up the best result is among all settings (0 % is the top) with and without it."""

_ABOUT_SCALES = f"""Mean trials to the best 5 % of a bowl in three dimensions, one of which spans
decades; a search that has not arrived counts as {TRIALS} trials, which understates the last rows.
These and longer searches fitted what the plan says."""


def _chart(results: Sequence[Result]) -> Chart:
    return Chart(
        "Best share of all settings, by trials",
        Axis("whole trials' worth of training"),
        Axis("share, median over tasks and seeds", log=True),
        [
            *(_series(f"Bayesian, {n} at once", results, ("bayesian", n)) for n in AT_ONCE),
            _series("random", results, ("random", 1)),
            _series("Hyperband", results, ("hyperband", 1)),
        ],
    )


def _series(name: str, results: Sequence[Result], way: Way) -> Series:
    """Of the tasks on their own scales."""
    own = [result for result in results if result.task.predicted]
    runs = [[result.share(value) for value in run] for result in own for run in result.runs[way]]
    points = [
        (float(i + 1), max(1 / REFERENCE, statistics.median(run[i] for run in runs)))
        for i in range(TRIALS)
    ]
    return Series(name, points)


if __name__ == "__main__":
    sys.exit(main())
