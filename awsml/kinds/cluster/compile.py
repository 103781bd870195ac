"""A cluster asks nothing of AWS: its plan has no calls."""

from __future__ import annotations

from collections.abc import Mapping

from awsml.kinds.cluster.spec import ClusterSpec
from awsml.kinds.kind import Context
from awsml.kinds.needs import unknown_region
from awsml.plan import Plan
from awsml.report import Effective


def compile_cluster(spec: ClusterSpec, context: Context) -> Plan:
    origins = context.origins
    region = context.region or spec.region
    problems = unknown_region(region, context)
    return Plan("cluster", spec.name, (), region, origins.file, problems=tuple(problems))


def effective_cluster(spec: ClusterSpec, context: Context) -> Mapping[str, Effective]:
    """The cards and how many, with who said so."""
    hardware = spec.hardware
    values = {"hardware.gpu": hardware.gpu, "hardware.gpus": hardware.gpus}
    return {
        field: Effective(value, context.origin(field).source)
        for field, value in values.items()
        if value is not None
    }
