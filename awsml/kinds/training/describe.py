"""A training spec in numbers: the workload that estimators read."""

from __future__ import annotations

from awsml import catalog
from awsml.kinds.training.spec import Channel, TrainingSpec
from awsml.workload.training import ChannelData, SpotTerms, TrainingWorkload


def describe_training(spec: TrainingSpec) -> TrainingWorkload:
    """Everything about time and money that the scenario states."""
    compute, work = spec.compute, spec.workload
    return TrainingWorkload(
        region=spec.region,
        instance=None if compute.instance == "auto" else compute.instance,
        count=compute.count,
        volume_gib=None if compute.volume == "auto" else compute.volume,
        channels=tuple(
            channel_data(name, channel, spec.image.algorithm)
            for name, channel in spec.inputs.items()
        ),
        epochs=work.epochs,
        samples=work.samples,
        samples_per_second=work.samples_per_second,
        compute_seconds=work.compute,
        megapixels_per_sample=work.megapixels,
        loader_workers=work.workers,
        image=spec.image.uri or spec.image.framework,
        algorithm=spec.image.algorithm,
        runtime_limit_seconds=round(spec.limits.runtime),
        cost_limit_usd=spec.limits.cost,
        keep_alive_seconds=round(compute.keep_alive or 0),
        spot=spot_terms(spec),
        distributed=spec.distribution != "none" or compute.count > 1,
        fallback=tuple(compute.fallback),
        scaling_file=work.scaling,
        parameters=work.parameters,
        model_bytes=work.model_size,
    )


def channel_data(name: str, channel: Channel, algorithm: str | None) -> ChannelData:
    """One channel in numbers."""
    return ChannelData(
        name=name,
        mode=channel.mode,
        reads=channel.reads or readable_by(algorithm),
        size_bytes=channel.data.size,
        objects=None if channel.data.objects is None else round(channel.data.objects),
        access=channel.data.access,
        share_read=channel.data.share,
        sharded=channel.distribution == "sharded",
        compressed=channel.compression == "gzip",
        wrapped=channel.wrapper == "recordio",
        file_system=channel.file_system.type if channel.file_system else None,
        augmented=channel.type == "augmented-manifest",
        manifest=channel.type != "prefix",
        content=(channel.content_type or "").partition(";")[0].strip() or None,
    )


def readable_by(algorithm: str | None) -> str:
    """What can be opened where the scenario does not say: a script opens files."""
    facts = catalog.algorithm(algorithm) if algorithm else None
    if facts is None:
        return "files"
    modes = {mode.lower() for mode in facts.modes}
    if "pipe" not in modes:
        return "files"
    return "both" if "file" in modes else "stream"


def spot_terms(spec: TrainingSpec) -> SpotTerms | None:
    """Spot as asked for; checkpoints may be named in either of the two places."""
    spot = spec.spot
    if spot is None or not spot.enabled:
        return None
    kept = spec.checkpoint
    every = spot.every or (kept.every if kept else None)
    return SpotTerms(
        max_wait_seconds=None if spot.max_wait == "auto" else round(spot.max_wait),
        checkpoints=spot.checkpoint is not None or kept is not None,
        checkpoint_every_seconds=None if every is None else round(every),
        checkpoint_bytes=spot.size or (kept.size if kept else None),
    )
