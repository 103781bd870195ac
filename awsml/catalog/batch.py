"""What AWS Batch offers: image types of compute environments, sizes of Fargate jobs."""

from __future__ import annotations

from typing import NamedTuple

from awsml.catalog.tables import current


class BatchImage(NamedTuple):
    """An image type; `since` is the day from which a retired one is refused."""

    name: str
    retired: bool
    since: str | None
    replaced_by: str | None


def batch_images() -> tuple[BatchImage, ...]:
    return tuple(
        BatchImage(
            row["name"],
            row["status"] == "retired",
            row["since"] or None,
            row["replaced_by"] or None,
        )
        for row in current().table("batch_images").values()
    )


def fargate_sizes() -> dict[float, tuple[int, ...]]:
    """The numbers of vCPUs, and the MiB of memory that each may have."""
    rows = current().table("fargate_sizes").values()
    sizes = {float(row["vcpus"]): _memory(row["memory_mib"]) for row in rows}
    return dict(sorted(sizes.items()))


def _memory(text: str) -> tuple[int, ...]:
    """`512 1024` is a list, `1024-4096:1024` a range with its step."""
    if "-" not in text:
        return tuple(int(one) for one in text.split())
    ends, _, step = text.partition(":")
    low, high = (int(end) for end in ends.split("-"))
    return tuple(range(low, high + 1, int(step)))
