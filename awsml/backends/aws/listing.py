"""Training jobs of the account, newest first, paged within the API's rate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from awsml.aws.session import Aws

_PAGE = 100  # the API's most
# AWS publishes no rate for List calls: five pages a second is a guess on the careful side, and
# botocore backs off where AWS throttles all the same.
_PAGES_PER_SECOND = 5.0


@dataclass(frozen=True, slots=True)
class Listed:
    """One job as the list shows it."""

    name: str
    status: str
    created: float
    ended: float | None

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "status": self.status,
            "created": self.created,
            "ended": self.ended,
        }


def training_jobs(
    aws: Aws, limit: int, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Listed]:
    """The newest `limit` jobs. A status filter of AWS's own would leave pages nearly empty."""
    query = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": min(limit, _PAGE)}
    rows = aws.pages("sagemaker", "ListTrainingJobs", query, "TrainingJobSummaries")
    for number, row in enumerate(islice(rows, limit)):
        if number and number % _PAGE == 0:
            sleep(1 / _PAGES_PER_SECOND)
        yield _listed(row)


def _listed(row: Mapping[str, Any]) -> Listed:
    ended: datetime | None = row.get("TrainingEndTime")
    return Listed(
        row["TrainingJobName"],
        row["TrainingJobStatus"],
        row["CreationTime"].timestamp(),
        ended.timestamp() if ended else None,
    )
