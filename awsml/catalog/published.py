"""What AWS's own images say of themselves by their URI: version, CUDA, the end of patches, and
which GPUs they have code for."""

from __future__ import annotations

import re
from typing import NamedTuple

from awsml.basis import Fact
from awsml.catalog.algorithms import accounts_of
from awsml.catalog.images import cuda_of, life_of, ordered
from awsml.catalog.instances import Instance
from awsml.catalog.tables import Tables, current


class Published(NamedTuple):
    """What a URI of AWS's own registries says about itself, with the dates of its version."""

    framework: str
    version: str
    accelerator: str | None
    platform: str
    cuda: str | None
    end_of_patch: str | None
    fact: Fact | None
    newer: tuple[str, ...]  # versions still patched for longer


_URI = re.compile(
    r"(?P<host>(?P<account>\d{12})\.dkr\.ecr\.[a-z0-9-]+\.[a-z.]+|public\.ecr\.aws/"
    r"deep-learning-containers)/(?P<repository>[a-z0-9./-]+):(?P<tag>[\w.-]+)"
)


def published(uri: str) -> Published | None:
    """The Deep Learning Container behind a URI; None for images of others."""
    match = _URI.fullmatch(uri)
    if match is None:
        return None
    tables = current()
    account, repository, tag = match["account"], match["repository"], match["tag"]
    if account and account not in accounts_of(tables, "deep-learning"):
        return None
    framework, use = _use_of(repository)
    version = re.match(r"\d+\.\d+", tag)
    if framework is None or version is None:
        return None
    life = life_of(tables, framework, version.group(), use)
    end = life["end_of_patch"] if life else _end_before(tables, framework, version.group(), use)
    cuda = cuda_of(tag) or (life["cuda"] if life and "cpu" not in tag else None)
    return Published(
        framework=framework,
        version=version.group(),
        accelerator="gpu" if cuda or "gpu" in tag else "cpu" if "cpu" in tag else None,
        platform="ec2" if _on_ec2(tag) else "sagemaker",
        cuda=cuda,
        end_of_patch=end,
        fact=tables.fact(end, "date", life["source"]) if life else None,
        newer=_newer(tables, framework, use, end),
    )


def _use_of(repository: str) -> tuple[str | None, str]:
    framework, _, use = repository.partition("-")
    if framework not in ("pytorch", "tensorflow") or use not in ("", "training", "inference"):
        return None, ""
    return framework, use or "training"


def _on_ec2(tag: str) -> bool:
    return tag.endswith(("-ec2", "-amzn2023"))


def _end_before(tables: Tables, framework: str, version: str, use: str) -> str | None:
    """A version older than every dated one ended its patches no later than the oldest of them."""
    rows = tables.table("image_life").values()
    dated = [row for row in rows if (row["framework"], row["use"]) == (framework, use)]
    oldest = min(dated, key=lambda row: ordered(row["version"]), default=None)
    if oldest is None or ordered(version) >= ordered(oldest["version"]):
        return None
    return oldest["end_of_patch"]


def _newer(tables: Tables, framework: str, use: str, end: str | None) -> tuple[str, ...]:
    rows = tables.table("image_life").values()
    of_framework = [row for row in rows if (row["framework"], row["use"]) == (framework, use)]
    later = [row["version"] for row in of_framework if end and row["end_of_patch"] > end]
    return tuple(sorted(later, key=ordered))


class Misfit(NamedTuple):
    """A GPU that an image has no code for, with the fact behind it."""

    reason: str
    fact: Fact


def misfit(framework: str, cuda: str | None, machine: Instance) -> Misfit | None:
    """Why an image built for a CUDA release cannot use the GPU of a machine."""
    accelerator = machine.accelerator
    if cuda is None or accelerator is None or accelerator.compute_capability is None:
        return None
    release, capability = _release(cuda), accelerator.compute_capability
    for row in current().table("gpu_support").values():
        if row["framework"] not in ("*", framework):
            continue
        bound, needed = ordered(row["capability"]), ordered(row["cuda"])
        too_old = row["limit"] == "lowest" and release >= needed and capability < bound
        too_new = row["limit"] == "needs" and release < needed and capability >= bound
        if too_old or too_new:
            name = ".".join(str(part) for part in capability)
            verb = "no longer supports" if too_old else "does not support yet"
            cuda_name = ".".join(str(part) for part in release)
            reason = f"CUDA {cuda_name} {verb} the {accelerator.name} (compute capability {name})"
            return Misfit(reason, current().fact(row["capability"], "capability", row["source"]))
    return None


def _release(cuda: str) -> tuple[int, int]:
    """cu130 is CUDA 13.0."""
    digits = cuda.removeprefix("cu")
    return int(digits[:-1]), int(digits[-1])
