"""The job queue of a plan, asked about before anything is sent."""

from __future__ import annotations

from awsml.aws.session import Aws
from awsml.errors import BackendError
from awsml.plan import Plan


class NoSuchQueue(BackendError):
    """A plan names a job queue that is not there."""

    slug = "no-such-queue"


def refuse_missing_queues(aws: Aws, plan: Plan) -> None:
    """Without it a definition would be registered, and an upload made, for nothing.

    Whoever may submit need not be allowed to look: then SubmitJob tells.
    """
    names = {call.params.get("jobQueue") for call in plan.calls if call.operation == "SubmitJob"}
    for name in sorted(name for name in names if isinstance(name, str)):
        try:
            found = aws.call("batch", "DescribeJobQueues", {"jobQueues": [name]})["jobQueues"]
        except BackendError:
            return
        if not found:
            raise NoSuchQueue(
                f"there is no job queue {name} in {aws.region}",
                hint="make it: awsml batch deploy; or name yours: `compute.queue: NAME`",
            )
