"""Names that the job definition, the jobs and the stack agree on."""

from __future__ import annotations

from awsml.kinds.batch.spec import BatchSpec

_LONGEST = 32  # a role is named after it, its use and the region, in 64 characters


def base_name(spec: BatchSpec) -> str:
    return spec.name[:_LONGEST].rstrip("-")


def stack_name(spec: BatchSpec) -> str:
    return f"awsml-{base_name(spec)}"


def queue_name(spec: BatchSpec) -> str:
    """The stack's queue, which a job can name before anything is asked of AWS."""
    return spec.compute.queue or stack_name(spec)


def log_group(spec: BatchSpec) -> str:
    return f"/awsml/batch/{base_name(spec)}"


def role_name(spec: BatchSpec, use: str) -> str:
    """Without the region that ends it."""
    return f"awsml-{base_name(spec)}-{use}-"
