"""What AWS answers, in the terms that its readers want."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from awsml.aws.refusals import AwsRefused, is_absent
from awsml.aws.session import Aws


def found(
    aws: Aws, service: str, operation: str, query: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """The description of one thing; None where AWS says that there is none such."""
    try:
        return aws.call(service, operation, query)
    except AwsRefused as refused:
        if is_absent(refused):
            return None
        raise


def seconds(moment: datetime | float) -> float:
    """Since 1970; Batch has numbers already."""
    return moment.timestamp() if isinstance(moment, datetime) else float(moment)
