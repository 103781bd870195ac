"""An endpoint spec in numbers."""

from __future__ import annotations

from awsml.kinds.endpoint.spec import Autoscaling, EndpointSpec
from awsml.workload.endpoint import EndpointWorkload, Seen


def describe_endpoint(spec: EndpointSpec) -> EndpointWorkload:
    """Load, machines and measured figures that the scenario states."""
    traffic, scaling, image = spec.traffic, spec.autoscaling, spec.model.image
    return EndpointWorkload(
        region=spec.region,
        instance=spec.compute.instance,
        count=spec.compute.count,
        volume_gib=spec.compute.volume,
        requests_per_second=traffic.requests_per_second,
        payload_bytes=traffic.payload,
        response_bytes=traffic.response,
        p99_seconds=traffic.p99,
        mean_share=traffic.mean_share,
        realtime=traffic.realtime,
        seen=_seen(spec),
        seen_file=spec.observed.file,
        candidates=tuple(spec.candidates),
        fewest=scaling.min if scaling else None,
        most=scaling.max if scaling else None,
        scales_by_concurrency=scaling is not None and scaling.metric == "concurrency",
        target_open=scaling is not None and scaling.target == "auto",
        scaling_target=_written_target(scaling),
        algorithm=image.algorithm,
        workers=spec.serving.workers,
        batch=spec.serving.batch,
        cost_limit_usd=spec.limits.cost,
        ttl_seconds=spec.ttl.after if spec.ttl else None,
    )


def _written_target(scaling: Autoscaling | None) -> float | None:
    written = scaling.target if scaling else "auto"
    return None if isinstance(written, str) else float(written)


def _seen(spec: EndpointSpec) -> Seen:
    """Typed figures; a file's are added where files can be read."""
    seen = spec.observed
    signals = {
        name: getattr(seen, name)
        for name in ("gpu", "gpu_p95", "gpu_p5", "cpu", "cpu_p95", "memory")
    }
    return Seen(
        instance=seen.on or spec.compute.instance,
        cores=seen.cores,
        signals={**signals, "gpu_memory_p95": seen.gpu_memory},
        latency_seconds=seen.latency,
        overhead_seconds=seen.overhead,
        requests_per_second=seen.requests_per_second,
        throughput=seen.throughput,
        p99_seconds=seen.p99,
    )
