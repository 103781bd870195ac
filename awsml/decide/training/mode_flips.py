"""Where the answer about the input mode flips: epochs, size, objects, compute time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from awsml.decide.flip import crossing
from awsml.decide.saving import TIE_SECONDS, TIE_SHARE
from awsml.decide.training.evidence import Evidence
from awsml.decide.training.mode_options import Option
from awsml.units import counted, format_bytes, format_duration
from awsml.workload.training import ChannelData, TrainingWorkload

# How far an input is turned either way in search of a flip.
_REACH = 1000.0


def flips(best: Option, options: Sequence[Option]) -> Iterator[str]:
    """One sentence for each input at which the best way and its strongest rival change places."""
    rival = _rival(best, options)
    if rival is None or best.seconds is None or rival.seconds is None:
        return
    for say, change in _turns(best.evidence.workload):
        value = _flip(best.evidence, rival.evidence, change)
        if value is not None:
            factor, side = value
            yield f"{rival.name} is clearly faster than {best.name} {say(factor, side)}"


def _rival(best: Option, options: Sequence[Option]) -> Option | None:
    """A copy against a stream: among streams there is nothing to flip."""
    able = [o for o in options[:3] if o.barrier is None and o.seconds is not None]
    streams = [o for o in able if o.name != "file"]
    others = [o for o in able if o.name == "file"] if best.name != "file" else streams
    return min(others, key=lambda o: o.seconds or 0.0, default=None)


Change = Callable[[TrainingWorkload, float], TrainingWorkload]
Say = Callable[[float, str], str]


def _turns(workload: TrainingWorkload) -> Iterator[tuple[Say, Change]]:
    size = sum(c.size_bytes or 0.0 for c in workload.channels)
    objects = sum(c.objects or 0 for c in workload.channels)
    epochs = workload.epochs or 1.0
    yield (
        lambda factor, side: f"{side} {counted(round(epochs * factor, 1), 'epoch')}",
        _more_epochs,
    )
    yield lambda factor, side: f"{side} {format_bytes(size * factor)} of such data", _more_data
    if objects:
        yield (
            lambda factor, side: f"{side} {counted(float(round(objects * factor)), 'object')}",
            _more_objects,
        )
    if workload.compute_seconds:
        stated = workload.compute_seconds
        yield (
            lambda factor, side: f"{side} {format_duration(stated * factor)} of computing",
            _more_compute,
        )


def _flip(one: Evidence, other: Evidence, change: Change) -> tuple[float, str] | None:
    """The nearest factor at which the other is ahead by more than a tie, looking up first."""

    def difference(factor: float) -> float:
        ahead = one.given(change(one.workload, factor)).seconds
        behind = other.given(change(other.workload, factor)).seconds
        assert ahead is not None and behind is not None
        return ahead - behind - max(TIE_SECONDS, TIE_SHARE * behind)

    for stop, side in ((_REACH, "from"), (1 / _REACH, "below")):
        factor = crossing(difference, 1.0, stop)
        if factor is not None:
            return factor, side
    return None


def _more_epochs(workload: TrainingWorkload, factor: float) -> TrainingWorkload:
    """A stated compute time is for the stated epochs, so it grows with them."""
    stated = workload.compute_seconds
    return replace(
        workload,
        epochs=(workload.epochs or 1.0) * factor,
        compute_seconds=None if stated is None else stated * factor,
    )


def _more_data(workload: TrainingWorkload, factor: float) -> TrainingWorkload:
    """More of the same: objects keep their size and samples theirs."""
    stated, samples = workload.compute_seconds, workload.samples
    return replace(
        _each_channel(workload, lambda c: _scaled(c, size=factor, objects=factor)),
        samples=None if samples is None else samples * factor,
        compute_seconds=None if stated is None else stated * factor,
    )


def _more_objects(workload: TrainingWorkload, factor: float) -> TrainingWorkload:
    return _each_channel(workload, lambda c: _scaled(c, objects=factor))


def _more_compute(workload: TrainingWorkload, factor: float) -> TrainingWorkload:
    stated = workload.compute_seconds
    return replace(workload, compute_seconds=None if stated is None else stated * factor)


def _each_channel(
    workload: TrainingWorkload, change: Callable[[ChannelData], ChannelData]
) -> TrainingWorkload:
    return replace(workload, channels=tuple(change(channel) for channel in workload.channels))


def _scaled(channel: ChannelData, size: float = 1.0, objects: float = 1.0) -> ChannelData:
    return replace(
        channel,
        size_bytes=None if channel.size_bytes is None else channel.size_bytes * size,
        objects=None if channel.objects is None else max(1, round(channel.objects * objects)),
    )
