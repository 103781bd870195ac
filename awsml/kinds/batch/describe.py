"""A batch spec in numbers: the workload that estimators read."""

from __future__ import annotations

from awsml.kinds.batch.compile import exit_rule, retry_rules
from awsml.kinds.batch.spec import BatchSpec
from awsml.retries import reclaims_retried
from awsml.workload.batch import BatchWorkload


def describe_batch(spec: BatchSpec) -> BatchWorkload:
    """Everything about size, time and money that the scenario states."""
    kept, table, resources = spec.checkpoints, spec.schedule, spec.resources
    rules = [exit_rule(rule) for rule in retry_rules(spec)]
    return BatchWorkload(
        region=spec.region,
        gpus=resources.gpus,
        vcpus=resources.vcpus,
        memory_mib=None if resources.memory == "auto" else int(resources.memory),
        instances=tuple(spec.compute.instances),
        spot=spec.compute.spot,
        fallback=spec.compute.fallback,
        platform=spec.compute.platform,
        max_vcpus=spec.compute.max_vcpus,
        volume_gib=spec.compute.volume,
        jobs=sum(step.array or 1 for step in spec.steps.values()) or spec.array or 1,
        compute_seconds=spec.workload.compute,
        restart_seconds=spec.workload.restart,
        checkpoints=kept is not None,
        checkpoint_every_seconds=kept.every if kept else None,
        checkpoint_seconds=kept.takes if kept else None,
        attempts=None if spec.retry.attempts == "auto" else int(spec.retry.attempts),
        reclaims_retried=reclaims_retried(spec.compute.platform, rules),
        timeout_seconds=spec.timeout,
        expression=table.expression if table else None,
        timezone=table.timezone if table else "UTC",
        window_seconds=table.window_seconds if table else None,
        image=spec.image.uri or spec.image.framework,
        image_version=spec.image.version,
        cost_limit_usd=spec.limits.cost,
    )
