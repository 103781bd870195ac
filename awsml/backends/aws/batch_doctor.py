"""What would keep a Batch job from its machines: its queue, and the EC2 quotas that count them."""

from __future__ import annotations

from collections.abc import Iterator

from awsml.aws.session import Aws
from awsml.backends.aws.needs import Capacity
from awsml.backends.aws.quotas import AppliedQuota, find_quotas, increase_command
from awsml.backends.aws.verdict import Check, State, failed, passed, unproven
from awsml.units import counted


def check_queue(aws: Aws, name: str) -> Iterator[Check]:
    """That the queue is there and takes jobs, and that its environments can run any."""
    found = aws.call("batch", "DescribeJobQueues", {"jobQueues": [name]})["jobQueues"]
    if not found:
        yield failed("queue", f"there is no job queue {name}", "make it: awsml batch deploy")
        return
    queue = found[0]
    if queue["state"] != "ENABLED" or queue["status"] != "VALID":
        stands = f"{name} is {queue['state']} and {queue['status']}"
        yield failed("queue", _with_reason(stands, queue), "enable it in AWS Batch")
    else:
        yield passed("queue", f"{name} is ENABLED and VALID")
    yield from _environments(aws, [one["computeEnvironment"] for one in _in_order(queue)])


def _environments(aws: Aws, arns: list[str]) -> Iterator[Check]:
    if not arns:
        return
    query = {"computeEnvironments": arns}
    rows = aws.call("batch", "DescribeComputeEnvironments", query)["computeEnvironments"]
    for row in rows:
        name, stands = row["computeEnvironmentName"], f"{row['state']} and {row['status']}"
        if row["state"] == "ENABLED" and row["status"] == "VALID":
            yield passed("queue", f"its environment {name} is {stands}")
        else:
            says = _with_reason(f"its environment {name} is {stands}", row)
            yield failed("queue", says, "mend what the reason says, or: awsml batch deploy")


def check_capacity(aws: Aws, needed: tuple[Capacity, ...]) -> Iterator[Check]:
    """Spot and on-demand machines are counted apart, in vCPUs, by family."""
    found = find_quotas(aws, {one.quota for one in needed}, "ec2") if needed else {}
    for one in needed:
        quota = found.get(one.quota)
        if quota is None:
            default = "" if one.default is None else f"; AWS's default is {one.default:g}"
            says = f"AWS lists no quota `{one.quota}`, needed {counted(one.least, 'vCPU')}{default}"
            hint = increase_command("ec2", one.code, one.most) if one.code else None
            yield unproven("quota", says, hint)
        else:
            yield _compared(one, quota)


def _compared(one: Capacity, quota: AppliedQuota) -> Check:
    """One machine is the least that a job needs; the environment may grow beyond what is left."""
    stands = f"{one.quota} ({quota.code}): {counted(quota.value, 'vCPU')}"
    if quota.value < one.least:
        says = f"{stands}, one machine takes {one.least}: every job would wait in RUNNABLE"
        return failed("quota", says, quota.command(one.most))
    if quota.value < one.most:
        machines = counted(int(quota.value // one.least), "machine")
        says = f"{stands}, max_vcpus is {one.most}: at most {machines} at once"
        return Check("quota", State.PASSED, says, quota.command(one.most))
    return passed("quota", f"{stands}, max_vcpus is {one.most}; what runs already counts too")


def _in_order(queue: dict[str, object]) -> list[dict[str, str]]:
    order = queue.get("computeEnvironmentOrder", [])
    assert isinstance(order, list)
    return sorted(order, key=lambda one: one["order"])


def _with_reason(says: str, row: dict[str, object]) -> str:
    reason = row.get("statusReason")
    return f"{says}: {reason}" if reason else says
