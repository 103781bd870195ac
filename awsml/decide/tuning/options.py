"""Ways to make a search cheaper, and ways that only seem so: a row with numbers for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from awsml import catalog
from awsml.basis import Estimate
from awsml.decide.saving import saved
from awsml.decide.tuning.case import SearchCase, grid_size
from awsml.decide.tuning.scale import ScaleChoice
from awsml.estimate.search import trials_to_target
from awsml.finding import Fix
from awsml.units import counted, format_count, format_duration, format_usd

# Values of a range of numbers, were it walked through by a grid.
GRID_VALUES = 5


@dataclass(frozen=True, slots=True)
class Option:
    """One change: the search with it, and what it does, in words. `lever` is its short name."""

    lever: str
    name: str
    case: SearchCase
    why: str
    condition: str = ""
    fixes: tuple[Fix, ...] = ()
    kept: bool = False  # already so
    impossible: bool = False
    short: str = ""  # the verdict where it is no search for the same quality
    instead_of: SearchCase | None = None  # what it saves against, where it is in force already


def options_of(now: SearchCase, spot_usd: Estimate | None) -> list[Option]:
    """The levers, in the order in which they are asked about."""
    found = [
        _fewer_at_once(now),
        _log_scales(now),
        _without_reverse_log(now),
        _grid(now),
        _without_parent(now),
        _with_parent(now),
        _early_stopping(now),
        _hyperband(now),
        _spot(now, spot_usd),
    ]
    return [option for option in found if option is not None]


def _fewer_at_once(now: SearchCase) -> Option:
    parallel, fewer = now.workload.parallel, 2 if now.workload.parallel > 2 else 1
    case = now.with_(parallel=fewer)
    name = f"run {counted(fewer, 'trial')} at once instead of {parallel}"
    if parallel == 1:
        return Option(
            "parallel", "run fewer trials at once", now, "one at a time is the fewest", kept=True
        )
    times = f"takes {time_text(case)} instead of {time_text(now)}"
    if now.workload.target is None:
        cost = usd_text(now.total_usd)
        trials = trials_text(now.needed)
        why = f"{trials} cost {cost} at any number at once, and this {times}"
        return Option(
            "parallel", name, case, why, "a quality target: with the trials fixed it saves nothing"
        )
    fewer_trials = (now.needed.expected or 0.0) - (case.needed.expected or 0.0)
    learns = f"{fewer_trials:.1f} trials fewer to the target, as each one knows more"
    if not fewer_trials:
        learns = f"{now.workload.strategy} search does not learn from earlier trials: 0 fewer"
    fixes = (Fix("budget.parallel", str(fewer)),) if fewer_trials else ()
    why = f"{learns}; {times}"
    return Option(
        "parallel", name, case, why, "Bayesian search, and a longer wall-clock is no harm", fixes
    )


def _log_scales(now: SearchCase) -> Option:
    """Ranges that ought to be logarithmic: those that are not yet, else those that are."""
    fitted = [s for s in now.scales if s.by_decades == "log"]
    wrong = [s for s in fitted if s.scale == "linear"]
    if not fitted:
        why = "0 ranges span decades, so there is nothing that it would search better"
        return Option("log-scale", "use logarithmic scales", now, why, kept=True)
    if wrong:
        mended = [replace(s, scale="log") if s in wrong else s for s in now.scales]
        name = f"search {', '.join(s.name for s in wrong)} on a logarithmic scale"
        fixes = tuple(Fix(s.field, "log", safe=True) for s in wrong)
        condition = "the best value may lie in any of the decades"
        return Option(
            "log-scale", name, now.with_scales(mended), _scale_why(wrong), condition, fixes
        )
    names = ", ".join(s.name for s in fitted)
    linear = _linear(now, fitted)
    more = usd_text(saved(linear.total_usd, now.total_usd))
    why = f"in force for {names}; linear would cost {more} more: {_scale_why(fitted)}"
    condition = "in force already; this is what it saves against linear scales"
    name = "use logarithmic scales"
    return Option("log-scale", name, now, why, condition, kept=True, instead_of=linear)


def _linear(now: SearchCase, scales: Sequence[ScaleChoice]) -> SearchCase:
    return now.with_scales([replace(s, scale="linear") if s in scales else s for s in now.scales])


def _scale_why(scales: Sequence[ScaleChoice]) -> str:
    parts = [f"{s.name} spans {s.decades:.1f} decades, {_times(s)} the trials" for s in scales]
    return "searched linearly, " + "; ".join(parts)


def _times(scale: ScaleChoice) -> str:
    penalty = replace(scale, scale="linear").penalty.expected or 1.0
    return f"about {penalty:.1f} times"


def _without_reverse_log(now: SearchCase) -> Option:
    lever, name = "linear-instead-of-reverse-log", "disable reverse logarithmic scales"
    used = [s for s in now.scales if s.scale == "reverse-log"]
    if not used:
        return Option(
            "linear-instead-of-reverse-log", name, now, "0 ranges are searched so: nothing changes"
        )
    linear = _linear(now, used)
    return Option(lever, name, linear, _scale_why(used))


def _grid(now: SearchCase) -> Option:
    """Every combination: each range of numbers needs values, and the counts multiply."""
    name = "switch to grid search"
    if now.workload.strategy == "grid":
        return Option(
            "grid", name, now, f"in force: {count_text(now.needed)} combinations", kept=True
        )
    size = grid_size(now.workload, GRID_VALUES)
    most = int(catalog.limit("tuning_jobs_maximum").value)
    case = replace(now.with_(strategy="grid", early_stopping=False), trials=size)
    shape = f"{GRID_VALUES} values a range make {format_count(size)} combinations"
    if size > most:
        cost = usd_text(case.total_usd)
        why = f"{shape}, {cost} in all, and AWS refuses more than {most}"
        return Option("grid", name, case, why, impossible=True)
    why = f"{shape}, all of which run, good or bad"
    if all(each.choices for job in now.workload.jobs for each in job.ranges):
        return Option("grid", name, case, why)  # nothing else is to be found
    if now.workload.target is None:
        doubt = "whether the best of them is as good, only a `target` would tell"
        return Option("grid", name, case, f"{why}; {doubt}", short="unknown")
    by_chance = trials_to_target("random", now.workload.target, 1, case.penalty).expected
    if by_chance is not None and size < by_chance:
        why = f"{why}; the target takes {by_chance:.0f} even by chance"
        return Option("grid", name, case, why, short="worse")
    return Option("grid", name, case, why)


def _without_parent(now: SearchCase) -> Option:
    work = now.workload
    name = "disable the parent job of the warm start"
    if not work.parents:
        return Option("no-parent", name, now, "0 parents are given: nothing changes")
    case = now.with_(parents=0)
    if work.target is None:
        why = f"{trials_text(now.needed)} stay, and start knowing nothing"
        return Option("no-parent", name, case, why)
    more = (case.needed.expected or 0.0) - (now.needed.expected or 0.0)
    return Option(
        "no-parent", name, case, f"{more:.1f} trials more, to learn again what the parents knew"
    )


def _with_parent(now: SearchCase) -> Option | None:
    if now.workload.parents or now.workload.strategy not in ("bayesian", "random"):
        return None
    case = now.with_(parents=1)
    fewer = f"{trials_text(case.needed)} instead of {count_text(now.needed)}"
    why = f"{fewer}, if it had half as many"
    condition = "an earlier search on the same data and image, with the same parameters"
    return Option("warm-start", "start from an earlier search", case, why, condition)


def _early_stopping(now: SearchCase) -> Option | None:
    work = now.workload
    if work.early_stopping or work.strategy in ("hyperband", "grid"):
        return None
    case = now.with_(early_stopping=True)
    share = case.cut_share().expected or 0.0
    why = f"about {share:.0%} of a trial's time is not run"
    condition = "the script prints the objective at every epoch, and trials last over 4 minutes"
    return Option("early-stopping", "stop bad trials early", case, why, condition)


def _hyperband(now: SearchCase) -> Option | None:
    if now.workload.strategy in ("hyperband", "grid"):
        return None
    case = now.with_(strategy="hyperband", early_stopping=False)
    share = case.cut_share().expected or 0.0
    why = f"{trials_text(case.needed)}, of which about {share:.0%} of the time is not run"
    condition = "the first epochs of a trial say how good it will be"
    return Option("hyperband", "use Hyperband", case, why, condition)


def _spot(now: SearchCase, spot_usd: Estimate | None) -> Option | None:
    """The same trials at Spot's price, with what interruptions repeat."""
    if spot_usd is None or not spot_usd.known or now.workload.jobs[0].training.spot is not None:
        return None
    case = replace(now, usd=spot_usd)
    why = f"{usd_text(spot_usd)} a trial instead of {usd_text(now.usd)}, repeated work included"
    return Option(
        "spot", "run on Spot", case, why, "the script keeps checkpoints, each trial its own"
    )


def usd_text(estimate: Estimate) -> str:
    return "an unknown price" if estimate.expected is None else format_usd(estimate.expected)


def count_text(estimate: Estimate) -> str:
    return "unknown" if estimate.expected is None else f"{estimate.expected:.0f}"


def trials_text(estimate: Estimate) -> str:
    if estimate.expected is None:
        return "an unknown number of trials"
    return counted(round(estimate.expected), "trial")


def time_text(case: SearchCase) -> str:
    wall = case.wall.expected
    return "an unknown time" if wall is None else format_duration(wall)
