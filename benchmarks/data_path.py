"""How fast data reaches a script: Pipe, the object store, start-up and packing, side by side.

    python benchmarks/data_path.py                       all of it, about two minutes
    python benchmarks/data_path.py --gigabytes 0.3 --sizes 0.2 0.5   a small run
    python benchmarks/data_path.py --write docs/benchmarks           and the report of it

Everything runs on this machine over loopback, and all rows in one run, since machines differ more
than programs do. GB is 1e9 bytes. CPU seconds per GB is the steadier figure: the wall clock also
has the server and the reader in it, on the same cores. Exit status 1 when a promise is not kept.

s5cmd and nginx are measured where they are installed (--s5cmd and --nginx name them).
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from data_startup import Start, plot, starts
from data_store import SMALL_FILES, get_rates, packing
from data_streams import (
    BUCKET,
    MIB,
    Streamed,
    by_pipe_channel,
    by_writer,
    client_store,
    digest_of,
    http_store,
    local_store,
    s5cmd_writer,
    streamed,
    write_blocks,
    write_boto3,
    write_s3transfer,
)
from promise import Promise

from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.server import Conditions

SLOW = Conditions(first_byte_seconds=0.03, connection_bytes_per_second=90e6)
OBJECT_BYTES = 64 * MIB


@dataclass(frozen=True)
class Results:
    """Everything that was measured in one run."""

    raw: list[float]
    fast: list[Streamed]
    slow: list[Streamed]
    get: dict[str, float]
    starts: list[Start]
    packing: dict[str, float]
    skipped: list[str]
    load: float  # of the machine before the run, from other programs


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    results = _results(options)
    found = list(judged(results))
    text = report(results, found)
    print(text)
    if options.write:
        options.write.mkdir(parents=True, exist_ok=True)
        (options.write / "data-path.md").write_text(text + "\n", encoding="utf-8")
        (options.write / "data-path.svg").write_text(plot(results.starts), encoding="utf-8")
    return 0 if all(promise.kept for promise in found) else 1


def promises(quick: bool) -> Iterator[Promise]:
    small = ["--gigabytes", "0.3", "--sizes", "0.2", "0.5"]
    return judged(_results(_options(small if quick else [])))


def _results(options: argparse.Namespace) -> Results:
    with tempfile.TemporaryDirectory(prefix="awsml-data-path-") as name:
        return measured(Path(name), options)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gigabytes", type=float, default=1.0, help="Size of the dataset.")
    parser.add_argument("--sizes", type=float, nargs="+", default=[1, 2, 5, 10], help="GB.")
    parser.add_argument("--s5cmd", default=shutil.which("s5cmd"))
    parser.add_argument("--nginx", default=shutil.which("nginx"))
    parser.add_argument("--write", type=Path, help="Folder for the report and the plot.")
    return parser.parse_args(arguments)


def measured(work: Path, options: argparse.Namespace) -> Results:
    load = os.getloadavg()[0]
    folder = _filled(work / "s3", max(2, round(options.gigabytes * 1e9 / OBJECT_BYTES)))
    few = _filled(work / "few", 4)
    digest, few_digest = digest_of(folder), digest_of(few)
    skipped = [f"{name}: not installed" for name in ("s5cmd", "nginx") if not vars(options)[name]]
    raw, fast = [], []
    for name, feed in _feeders(options.s5cmd):
        raw.append(streamed("raw", by_writer(write_blocks), folder, digest).rate)
        fast.append(streamed(name, feed, folder, digest))
        print(f"  {name}: {fast[-1].rate:.2f} GB/s", file=sys.stderr)
    slow = [
        streamed(name, feed, *where, epochs=1, conditions=SLOW)
        for name, feed in _feeders(options.s5cmd)[1:]
        for where in [(folder, digest) if name.startswith("awsml") else (few, few_digest)]
    ]
    return Results(
        raw,
        fast,
        slow,
        dict(get_rates(folder, options.nginx, work)),
        starts(work / "start", [int(size * 1e9) for size in options.sizes]),
        packing(work / "pack"),
        skipped,
        load,
    )


def _feeders(s5cmd: str | None) -> list[tuple[str, Callable[..., None]]]:
    others = [
        ("boto3 get_object", by_writer(write_boto3)),
        ("s3transfer download_fileobj", by_writer(write_s3transfer)),
    ]
    if s5cmd:
        others.append(("s5cmd cat", by_writer(s5cmd_writer(s5cmd))))
    return [
        ("awsml, local bytes", by_pipe_channel(local_store)),
        ("awsml, plain HTTP", by_pipe_channel(http_store)),
        ("awsml, through boto3", by_pipe_channel(client_store)),
        *others,
    ]


def _filled(root: Path, count: int) -> ObjectFolder:
    folder = ObjectFolder(root)
    folder.create_bucket(BUCKET)
    block = os.urandom(OBJECT_BYTES)
    for index in range(count):
        folder.put(BUCKET, f"o{index:03d}", block[index:] + block[:index])
    return folder


def judged(results: Results) -> Iterator[Promise]:
    raw = statistics.median(results.raw)
    fast = {each.name: each.rate / raw for each in results.fast}
    slow = {each.name: each.rate for each in results.slow}
    raw_pipe = "of the raw pipe"
    yield Promise(
        "Pipe from local bytes", fast["awsml, local bytes"], 1, raw_pipe, True, "the raw pipe", 1
    )
    others = [name for name in fast if not name.startswith("awsml")]
    best, best_slow = max(others, key=lambda n: fast[n]), max(others, key=lambda n: slow[n])
    yield Promise(
        "Pipe from plain HTTP", fast["awsml, plain HTTP"], 0.45, raw_pipe, True, best, fast[best]
    )
    what = "Pipe from a store with 30 ms to the first byte"
    rate = slow["awsml, plain HTTP"]
    yield Promise(what, rate, 0.8, "GB/s", True, best_slow, slow[best_slow])
    ours = [each for each in (*results.fast, *results.slow) if each.name.startswith("awsml")]
    most = max(each.feeder.peak_bytes for each in ours)
    yield Promise("memory of a Pipe feeder", most / 1e6, 256, "MB")
    wrong = [each.name for each in (*results.fast, *results.slow) if not each.exact]
    yield Promise("feeders whose bytes were wrong", len(wrong), 0)
    nginx = ("nginx", results.get["nginx x4"]) if "nginx x4" in results.get else ("", None)
    what = "object store, GET on four connections"
    yield Promise(what, results.get["awsml x4"], 2, "GB/s", True, *nginx)
    later = {mode: _later(results.starts, mode) for mode in ("FastFile", "Pipe", "File")}
    for mode in ("FastFile", "Pipe"):
        what = f"{mode}: first byte later with all the data than with the least"
        yield Promise(what, later[mode], 0.05, "s", False, "File", later["File"])
    tar, ours_packed = results.packing["tar"], results.packing["awsml data pack"]
    yield Promise("packing small files", tar / ours_packed, 1, "of tar's speed", True, "tar", 1)


def _later(starts_: Sequence[Start], mode: str) -> float:
    found = sorted((s for s in starts_ if s.mode == mode), key=lambda s: s.bytes)
    return found[-1].seconds - found[0].seconds


def report(results: Results, promises: Sequence[Promise]) -> str:
    raw = statistics.median(results.raw)
    machine = f"{os.cpu_count()} CPUs, {platform.system()} {platform.release()}"
    lines = [
        "# The data path, measured",
        "",
        f"By `python benchmarks/data_path.py` on {machine}, Python {platform.python_version()}.",
        "All in one run, over loopback: server, feeder and reader share the CPUs with whatever",
        f"else runs (load average before: {results.load:.1f}). GB is 1e9 bytes.",
        "",
        "## Promises",
        "",
        "```text",
        *map(str, promises),
        "```",
        "",
        f"## Into a FIFO, from a fast store (raw pipe: {raw:.2f} GB/s, {len(results.raw)} times)",
        "",
        *_rows(results.fast, raw),
        "",
        "## From a store with 30 ms to the first byte and 90 MB/s a connection",
        "",
        *_rows(results.slow, raw),
        "",
        "## The object store",
        "",
        *(f"- {name}: {value:.2f}" for name, value in results.get.items()),
        "",
        "## Time to the first byte",
        "",
        "![by size of the dataset](data-path.svg)",
        "",
        *(f"- {s.mode}, {s.bytes / 1e9:.1f} GB: {s.seconds:.3f} s" for s in results.starts),
        "",
        f"## {SMALL_FILES:,} small files into tar shards",
        "",
        *(f"- {name}: {seconds:.2f} s" for name, seconds in results.packing.items()),
    ]
    if results.skipped:
        lines += ["", "Left out: " + "; ".join(results.skipped)]
    return "\n".join(lines)


def _rows(found: Sequence[Streamed], raw: float) -> Iterator[str]:
    yield "| feeder | GB/s | of raw | feeder CPU s/GB | server | reader | feeder MB | exact |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for each in found:
        gigabytes = each.bytes / 1e9
        yield (
            f"| {each.name} | {each.rate:.2f} | {each.rate / raw:.2f} "
            f"| {each.feeder.cpu_seconds / gigabytes:.2f} "
            f"| {each.server.cpu_seconds / gigabytes:.2f} "
            f"| {each.reader_cpu_seconds / gigabytes:.2f} "
            f"| {each.feeder.peak_bytes / 1e6:.0f} | {'yes' if each.exact else 'NO'} |"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
