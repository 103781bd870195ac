"""Jobs of an AWS account, whoever made them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from awsml.render.table import Column, table
from awsml.units import format_duration

if TYPE_CHECKING:
    from awsml.backends.aws.listing import Listed


def jobs_text(jobs: Sequence[Listed], width: int) -> str:
    rows = [
        [
            job.name,
            job.status,
            datetime.fromtimestamp(job.created).strftime("%Y-%m-%d %H:%M:%S"),
            format_duration(job.ended - job.created) if job.ended else "",
        ]
        for job in jobs
    ]
    heads = [Column("job", shrink=True), Column("status"), Column("created")]
    return table([*heads, Column("took", right=True)], rows, width) if rows else "no jobs"
