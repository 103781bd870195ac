"""Writes docs/scaling-fits.md: fits on published measurements, against four simpler forms.

Each series is fitted on its smallest counts, and every larger one within four times is predicted.
`python tools/scaling_fits.py` writes the page, `--check` refuses a stale one.
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from awsml.cluster import Hardware, Links, Measurement
from awsml.estimate.scaling import BUS, UNDECIDED, fit
from awsml.estimate.scaling_prediction import FARTHEST, predict
from awsml.estimate.scaling_series import arranged

HERE = Path(__file__).parent
SERIES = HERE / "public_scaling.csv"
PAGE = HERE.parent / "docs" / "scaling-fits.md"

# key: (what it is, whether constants of the fit or its intervals were chosen with it in view)
_TENSORFLOW = "https://github.com/tensorflow/docs/blob/master/site/en/r1/guide/performance"
_EXAMPLES = "https://github.com/NVIDIA/DeepLearningExamples/tree/master"
_MXNET = f"{_EXAMPLES}/MxNet/Classification/RN50v1.5"
_NVIDIA = f"{_EXAMPLES}/PyTorch/LanguageModeling"
_INTERVALS = "the intervals, on a larger set that may hold it"
_NOTHING = "nothing: read after the constants were settled"
SOURCES = {
    "tensorflow-2017": (
        f"TensorFlow benchmarks, May 2017 (<{_TENSORFLOW}/benchmarks.md>)",
        _INTERVALS,
    ),
    "nvidia-txl": (
        f"NVIDIA DeepLearningExamples, Transformer-XL, 2020 (<{_NVIDIA}/Transformer-XL>)",
        _INTERVALS,
    ),
    "nvidia-mxnet": (
        f"NVIDIA DeepLearningExamples, ResNet-50 of MXNet, 2021 (<{_MXNET}>)",
        _NOTHING,
    ),
    "nvidia-gnmt": (
        f"NVIDIA DeepLearningExamples, GNMT, 2019 (<{_EXAMPLES}/PyTorch/Translation/GNMT>)",
        _NOTHING,
    ),
    "worked-example": (
        "`scenarios/gpu-cluster.yaml`",
        "the form and the bound of the overlap",
    ),
}
TWO_SOCKETS = Links(10, numa=(0,) * 5 + (1,) * 5)

Points = Sequence[tuple[int, float]]
Model = Callable[[Points, int], float]


@dataclass(frozen=True)
class Series:
    name: str
    source: str
    form: str
    points: Points


@dataclass(frozen=True)
class Tried:
    """One prediction: relative errors by model, and whether the interval held the truth."""

    series: Series
    gpus: int
    times: float
    errors: dict[str, float]
    covered: bool
    width: float


def all_series() -> list[Series]:
    rows: dict[tuple[str, str, str], list[tuple[int, float]]] = {}
    with SERIES.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = (row["series"], row["source"], row["form"])
            rows.setdefault(key, []).append((int(row["gpus"]), float(row["throughput"])))
    return [Series(*key, sorted(points)) for key, points in rows.items()]


def amdahl(points: Points, gpus: int) -> float:
    """N / (1 + c (N - 1)); c is the mean of what the points imply."""
    rate = points[0][1]
    shares = [(n * rate / t - 1) / (n - 1) for n, t in points[1:]]
    return gpus * rate / (1 + sum(shares) / len(shares) * (gpus - 1))


def universal(points: Points, gpus: int) -> float:
    """N / (1 + s (N - 1) + k N (N - 1)) by least squares; of one point half the loss each."""
    rate = points[0][1]
    losses = [((n - 1), n * (n - 1), n * rate / t - 1) for n, t in points[1:]]
    if len(losses) == 1:
        ((a, b, loss),) = losses
        s, k = loss / 2 / a, loss / 2 / b
    else:
        aa, ab, bb = (sum(x[i] * x[j] for x in losses) for i, j in ((0, 0), (0, 1), (1, 1)))
        ay, by = (sum(x[i] * x[2] for x in losses) for i in (0, 1))
        k = max(0.0, (aa * by - ab * ay) / (aa * bb - ab * ab))
        s = max(0.0, (ay - k * ab) / aa)
    return gpus * rate / max(0.1, 1 + s * (gpus - 1) + k * gpus * (gpus - 1))


def power(points: Points, gpus: int) -> float:
    """T1 N^p."""
    rate = points[0][1]
    logs = [(math.log(n), math.log(t / rate)) for n, t in points[1:]]
    slope = sum(x * y for x, y in logs) / sum(x * x for x, _ in logs)
    return rate * gpus**slope


def linear(points: Points, gpus: int) -> float:
    """The rate of a GPU in the largest fitted count."""
    n, t = points[-1]
    return t / n * gpus


BLIND = "links unknown"
SIMPLER: dict[str, Model] = {
    "Amdahl": amdahl,
    "USL": universal,
    "power law": power,
    "linear": linear,
}


def tried(series: Series, fitted_counts: int) -> list[Tried]:
    known = series.points[:fitted_counts]
    hardware = Hardware(gpus=10, links=TWO_SOCKETS) if series.form == BUS else Hardware()
    measured = [Measurement("x", n, t, batch_per_gpu=1) for n, t in known]
    made = fit(arranged("x", measured), hardware, None, series.form)
    blind = fit(arranged("x", measured), Hardware(), None, UNDECIDED)
    found = []
    for gpus, truth in series.points[fitted_counts:]:
        if gpus > FARTHEST * known[-1][0]:
            continue
        answer = predict(made, gpus, hardware).throughput
        unknown = blind.throughput(gpus, 1, None)
        if answer is None or not (answer.low and answer.expected and answer.high):
            raise SystemExit(f"{series.name}: no prediction at {gpus}")
        errors = {"awsml": answer.expected / truth - 1, BLIND: unknown / truth - 1}
        errors |= {name: model(known, gpus) / truth - 1 for name, model in SIMPLER.items()}
        covered = answer.low <= truth <= answer.high
        width = (answer.high - answer.low) / answer.expected
        found.append(Tried(series, gpus, gpus / known[-1][0], errors, covered, width))
    return found


def page() -> str:
    series = all_series()
    parts = [_HEAD]
    unseen = [one for one in series if SOURCES[one.source][1] == _NOTHING]
    made = [each for one in unseen for each in tried(one, 2)]
    parts.append(f"## Series that no constant has seen\n\n{_summary(made)}")
    for counts in (2, 3):
        made = [each for one in series for each in tried(one, counts)]
        parts.append(f"## Fitted on the {counts} smallest counts\n\n{_summary(made)}")
    made = [each for one in series for each in tried(one, 2)]
    parts.append("## Every series, fitted on its 2 smallest counts\n\n" + _details(made))
    listed = [
        f"| {key} | {text} | {tuned} | {sum(one.source == key for one in series)} |"
        for key, (text, tuned) in SOURCES.items()
    ]
    head = "| source | what | constants tuned on it | series |\n| --- | --- | --- | ---: |"
    parts.append("## Sources\n\n" + "\n".join([head, *listed]))
    return "\n\n".join(parts) + "\n"


_HEAD = """\
# Fits on published measurements

<!-- Written by tools/scaling_fits.py; do not edit. -->

How well `awsml cluster fit` foretells counts that it was not shown, beside four simpler forms.
`awsml` knows the links: the published machines have cards that read each other's memory (ring), the
worked example has none that do (shared bus). `links unknown` is the same without a topology, both
forms kept. Errors are of throughput, absolute, as median / 90th percentile; coverage is the share
of measurements inside the interval of `awsml`, width that interval over its figure.

Where nothing is lost, as on most of these machines, a straight line is as good a guess as any; it
is the worst one where something is."""


def _summary(made: Sequence[Tried]) -> str:
    names = ["awsml", BLIND, *SIMPLER]
    lines = [
        f"| beyond the last count | predictions | {' | '.join(names)} | coverage | width |",
        f"| --- | ---: |{' ---: |' * len(names)} ---: | ---: |",
    ]
    for times in sorted({each.times for each in made}):
        some = [each for each in made if each.times == times]
        cells = [_spread([abs(each.errors[name]) for each in some]) for name in names]
        covered = sum(each.covered for each in some) / len(some)
        width = median(each.width for each in some)
        lines.append(
            f"| {times:g} times | {len(some)} | {' | '.join(cells)} | {covered:.0%} | {width:.0%} |"
        )
    return "\n".join(lines)


def _spread(errors: Sequence[float]) -> str:
    ordered = sorted(errors)
    ninth = ordered[min(len(ordered) - 1, math.ceil(0.9 * len(ordered)) - 1)]
    return f"{median(ordered):.1%} / {ninth:.1%}"


def _details(made: Sequence[Tried]) -> str:
    names = ["awsml", BLIND, *SIMPLER]
    lines = [
        f"| series | source | GPUs | {' | '.join(names)} | covered |",
        f"| --- | --- | ---: |{' ---: |' * len(names)} --- |",
    ]
    for each in made:
        errors = " | ".join(f"{each.errors[name]:+.1%}" for name in names)
        covered = "yes" if each.covered else "no"
        series = each.series
        lines.append(f"| {series.name} | {series.source} | {each.gpus} | {errors} | {covered} |")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    text = page()
    if "--check" in arguments:
        fresh = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        print("docs/scaling-fits.md is " + ("fresh" if fresh else "stale"), file=sys.stderr)
        return 0 if fresh else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
