"""What fitting a cluster costs, and how far its predictions are from what was measured.

    python benchmarks/cluster.py              a thousand series; exit status 1 above a limit
    python benchmarks/cluster.py --series 100

CPU seconds of this process, without imports. The worked example is fitted through the command line,
on its small counts alone; the simpler forms are fitted on the same rows.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from promise import Promise, told

from awsml.cluster import Hardware, Transformer
from awsml.decide.cluster.scaling import answered
from awsml.readers.measurements import read_measurements

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from tools.scaling_fits import SIMPLER, all_series, tried  # noqa: E402

POINTS = 20
SERIES = 1000
MODEL = Transformer(parameters=305_000_000)
EXAMPLE = ROOT / "scenarios" / "gpu-cluster.csv"
TOPOLOGY = ROOT / "scenarios" / "gpu-cluster-topology.txt"
AWSML = (sys.executable, "-c", "from awsml.__main__ import main; main()")

Points = Sequence[tuple[int, float]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=SERIES)
    return told(measured(parser.parse_args().series))


def promises(quick: bool) -> Iterator[Promise]:
    return measured(SERIES // 10 if quick else SERIES)


def measured(series: int) -> Iterator[Promise]:
    yield from _costs(series)
    yield from _worked_example()
    yield _published()


# what a fit costs


def _costs(series: int) -> Iterator[Promise]:
    seconds = [_seconds(lambda seed=seed: _answer(seed)) for seed in range(20)]
    ours, other = statistics.median(seconds) * 1000, _curve_fit()
    what = f"a fit of {POINTS} points, read and predicted, CPU"
    beside = "scipy's curve_fit of one USL curve" if other else "scipy: not installed"
    yield Promise(what, ours, 50, "ms", False, beside, other)
    total = _seconds(lambda: [_answer(seed) for seed in range(series)])
    yield Promise(f"{series:,} series, CPU", total, 30 * series / SERIES, "s")


def _answer(seed: int) -> object:
    text = "strategy,gpus,batch_per_gpu,throughput\n" + "".join(
        f"ddp,{gpus},4,{rate:.3f}\n" for gpus, rate in _made(seed)
    )
    found = answered(Hardware(), MODEL, read_measurements(text), (40, 80))
    if not found.fits:
        raise SystemExit("nothing was fitted")
    return found


def _made(seed: int) -> Points:
    """Throughputs that lose to communication, with an error of two percent."""
    luck = random.Random(seed)
    lost = luck.uniform(0.01, 0.3)
    return [
        (n, 30 * n / (1 + lost * (n - 1) / n) * luck.gauss(1, 0.02)) for n in range(1, POINTS + 1)
    ]


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _curve_fit() -> float | None:
    """Milliseconds for the same points, as people fit them by hand."""
    try:
        from scipy.optimize import curve_fit
    except ImportError:
        return None

    def usl(n: Any, rate: float, s: float, k: float) -> Any:
        return rate * n / (1 + s * (n - 1) + k * n * (n - 1))

    def fitted(seed: int) -> None:
        counts, rates = zip(*_made(seed), strict=True)
        import numpy

        curve_fit(usl, numpy.array(counts), numpy.array(rates), p0=(30, 0.01, 0.001))

    fitted(0)
    return statistics.median(_seconds(lambda seed=seed: fitted(seed)) for seed in range(20)) * 1000


# how far off it is


def _worked_example() -> Iterator[Promise]:
    """Ten cards in one host, then two hosts: what was measured there was not shown to the fit."""
    with EXAMPLE.open(encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("#")]
    rows = [row for row in csv.DictReader(lines) if row["strategy"] == "ddp"]
    for fitted_to, asked, limit in ((4, (8, 10), 0.10), (10, (20,), 0.05)):
        known = [row for row in rows if int(row["gpus"]) <= fitted_to]
        truth = {n: float(r["throughput"]) for r in rows if (n := int(r["gpus"])) in asked}
        said = _fit(known, asked)
        error = max(abs(said[n] / truth[n] - 1) for n in asked)
        points = [(int(row["gpus"]), float(row["throughput"])) for row in known]
        what = (
            f"worked example, {' and '.join(map(str, asked))} GPUs from {len(known)} smaller counts"
        )
        yield Promise(f"{what}, error", error * 100, limit * 100, "%", False, *_best(points, truth))


def _fit(rows: Sequence[Mapping[str, str]], asked: Sequence[int]) -> dict[int, float]:
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "bench.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        counts = ",".join(map(str, asked))
        words = [*AWSML, "cluster", "fit", str(table), "--topology", str(TOPOLOGY)]
        words += ["--gpu", "RTX 3090", "--network", "20 Gbps", "--parameters", "305M"]
        ran = subprocess.run(
            [*words, "--predict", counts, "-o", "json"], check=True, capture_output=True, text=True
        )
    found = json.loads(ran.stdout)["predictions"]
    return {each["gpus"]: each["throughput"]["expected"] for each in found}


def _best(points: Points, truth: Mapping[int, float]) -> tuple[str, float]:
    """The best of the simpler forms, in the largest of its errors."""
    errors = {
        name: max(abs(model(points, n) / rate - 1) for n, rate in truth.items())
        for name, model in SIMPLER.items()
    }
    name = min(errors, key=lambda each: errors[each])
    return f"best of {len(errors)} simpler forms, {name}", errors[name] * 100


def _published() -> Promise:
    """On machines where a public report gives throughputs, four times beyond what was shown."""
    series = [one for one in all_series() if one.source != "worked-example"]
    made = [each for one in series for each in tried(one, 2) if each.times == 4]
    error = {
        name: statistics.median(abs(each.errors[name]) for each in made) * 100
        for name in ("awsml", *SIMPLER)
    }
    name = min(SIMPLER, key=lambda each: error[each])
    what = f"{len(made)} published throughputs at 4 times the GPUs shown, median error"
    beside = f"best of {len(SIMPLER)} simpler forms, {name}"
    return Promise(what, error["awsml"], error[name], "%", False, beside, error[name])


if __name__ == "__main__":
    sys.exit(main())
