"""What is often said about input modes, and under which condition it holds here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from awsml.decide.flip import crossing
from awsml.decide.training.evidence import Evidence
from awsml.decide.training.mode_options import Option, copied, fastest_volume_gib, narrowest, speed
from awsml.estimate.breakdown import volume_gib
from awsml.estimate.rates import Case
from awsml.estimate.transfer import MIB, copy_link, stream_link
from awsml.units import format_duration

# Published for Pipe against File on 78 GB: start 11.5 to 1.5 minutes, at least twice the I/O,
# up to 35 % less time in all.
# https://aws.amazon.com/blogs/machine-learning/accelerate-model-training-using-faster-pipe-mode-on-amazon-sagemaker
_PUBLISHED_SHARE = 0.35
_LEAST_BYTES = 1e9  # less is copied before anybody has wondered about the mode


def notes(best: Option, options: Sequence[Option]) -> Iterator[str]:
    by_name = {option.name: option for option in options}
    copy = by_name["file"].evidence
    stream = by_name[best.name if best.name in ("fastfile", "pipe") else "pipe"].evidence
    if copy.setting is None or copy.expected is None or copy.expected.download is None:
        return
    if sum(channel.size_bytes or 0.0 for channel in copy.workload.channels) < _LEAST_BYTES:
        return
    yield from _start(copy, stream)
    yield from _throughput(copy, stream)
    yield from _share(copy, stream)
    if not copy.setting.machine.has_local_disk:
        yield _volume(copy)


def _start(copy: Evidence, stream: Evidence) -> Iterator[str]:
    slow, fast = copy.expected, stream.expected
    if slow and fast and slow.start is not None and fast.start is not None:
        before, after = slow.start - slow.provision, fast.start - fast.provision
        yield (
            f"start once the machine is there: {before / 60:.1f} min with a copy, "
            f"{after / 60:.1f} min without (published for 78 GB: 11.5 and 1.5)"
        )


def _throughput(copy: Evidence, stream: Evidence) -> Iterator[str]:
    assert copy.setting is not None and stream.setting is not None
    rates = copy.setting.rates.at(Case.EXPECTED)
    disk = copy_link(copy.setting.machine, volume_gib(copy.workload), rates, copied(copy))
    network = stream_link(stream.setting.machine, rates)
    yield (
        f"I/O from S3 {speed(network)} against {speed(disk)} through {narrowest(copy)}: "
        f"{network.peak / disk.peak:.1f} times (published: at least 2)"
    )


def _share(copy: Evidence, stream: Evidence) -> Iterator[str]:
    """The published 35 % holds for one compute time only; say which, and what holds here."""
    if copy.seconds is None or stream.seconds is None:
        return
    here = 1 - stream.seconds / copy.seconds
    less = f"{here:.0%} less" if here >= 0.005 else "no less"
    text = f"{less} time in all here (published: up to 35 %"
    compute = _compute_at_share(copy, stream)
    if compute is None:
        yield f"{text}; no compute time gives that here)"
    else:
        yield f"{text}, which holds at {format_duration(compute)} of computing in all)"


def _compute_at_share(copy: Evidence, stream: Evidence) -> float | None:
    def difference(compute: float) -> float:
        slow, fast = (_with_compute(job, compute) for job in (copy, stream))
        return 1 - fast / slow - _PUBLISHED_SHARE

    return crossing(difference, 1.0, 1e7) if difference(1.0) > 0 else None


def _with_compute(job: Evidence, compute: float) -> float:
    workload = replace(job.workload, compute_seconds=compute, samples_per_second=None)
    seconds = job.given(workload).seconds
    assert seconds is not None
    return seconds


def _volume(copy: Evidence) -> str:
    """A gp2 volume is not the faster the larger it is."""
    assert copy.setting is not None
    rates, size = copy.setting.rates.at(Case.EXPECTED), fastest_volume_gib(copy.setting)
    top = copy.given(replace(copy.workload, volume_gib=size))
    double = copy.given(replace(copy.workload, volume_gib=2 * size))
    assert top.expected and double.expected
    at_top, at_double = top.expected.download or 0.0, double.expected.download or 0.0
    slow, fast = rates.gp2_small_bytes_per_second / MIB, rates.gp2_large_bytes_per_second / MIB
    return (
        f"gp2 throughput is not proportional to size: {slow:.0f} MiB/s up to "
        f"{rates.gp2_small_gib:.0f} GiB, {fast:.0f} from {size} on. A copy takes "
        f"{format_duration(at_top)} at {size} GiB and {format_duration(at_double)} at "
        f"{2 * size} GiB (limit: {narrowest(top)}); no volume removes it"
    )
