"""Asks AWS, before a run, what would stop it: each answer a fact, a failure, or not provable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from awsml import catalog
from awsml.aws.refusals import AwsRefused, is_absent, quota_command
from awsml.aws.session import Aws
from awsml.backends.aws.batch_doctor import check_capacity, check_queue
from awsml.backends.aws.images import check_image
from awsml.backends.aws.needs import Machines, Needs
from awsml.backends.aws.permissions import check_caller, check_role
from awsml.backends.aws.quotas import find_quotas
from awsml.backends.aws.verdict import Check, failed, passed, unproven
from awsml.errors import BackendError


def examine(aws: Aws, needs: Needs) -> Iterator[Check]:
    """All checks; without credentials the first one is the last."""
    try:
        identity = aws.identity()
    except BackendError as error:
        yield failed("credentials", error.message, error.hint)
        return
    yield passed("credentials", f"account {identity.account}, {identity.arn}")
    yield check_region(aws.region)
    if needs.role:
        yield from _asked("role", partial(check_role, aws, needs, needs.role))
    if needs.actions:
        caller = partial(check_caller, aws, identity, needs.actions, needs.role)
        yield from _asked("caller", caller)
    if needs.queue:
        yield from _asked("queue", partial(check_queue, aws, needs.queue))
    for bucket in dict.fromkeys(map(_bucket_of, (*needs.reads, *needs.writes))):
        yield from _asked("bucket", partial(check_bucket, aws, bucket))
    for location in needs.reads:
        yield from _asked("data", partial(check_data, aws, location))
    for image in needs.images:
        yield from _asked("image", partial(check_image, aws, image))
    yield from _asked("quota", partial(check_quotas, aws, needs.machines))
    yield from _asked("quota", partial(check_capacity, aws, needs.capacity))
    types = [machine.type for machine in needs.machines]
    yield from check_offerings(aws.region, [*types, *needs.types])


def check_region(region: str) -> Check:
    if catalog.region(region) is None:
        return unproven("region", f"the catalogue does not know {region}")
    return passed("region", region)


def check_bucket(aws: Aws, bucket: str) -> Check:
    """A job reads and writes in its own region."""
    try:
        answer = aws.call("s3", "GetBucketLocation", {"Bucket": bucket})
    except AwsRefused as refused:
        if not is_absent(refused):
            raise
        return failed("bucket", f"there is no bucket {bucket}", "correct the location")
    constraint = answer.get("LocationConstraint") or "us-east-1"
    region = "eu-west-1" if constraint == "EU" else constraint
    if region == aws.region:
        return passed("bucket", f"{bucket} is in {region}")
    hint = f"run in {region}, or copy the data into a bucket in {aws.region}"
    return failed("bucket", f"{bucket} is in {region}, the job in {aws.region}", hint)


def check_data(aws: Aws, location: str) -> Check:
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    query = {"Bucket": bucket, "Prefix": prefix, "MaxKeys": 1}
    if aws.call("s3", "ListObjectsV2", query).get("Contents"):
        return passed("data", f"{location} holds objects")
    return failed("data", f"{location} holds no object", "correct `inputs.CHANNEL.from`")


def check_quotas(aws: Aws, machines: tuple[Machines, ...]) -> Iterator[Check]:
    """Each type and use has a quota of its own; Spot training does not share on-demand's."""
    found = find_quotas(aws, {machine.quota for machine in machines}) if machines else {}
    for machine in machines:
        quota, needed = found.get(machine.quota), f"needed {machine.count}"
        if quota is None:
            hint = quota_command(machine.quota, machine.count)
            yield unproven("quota", f"AWS lists no quota `{machine.quota}`, {needed}", hint)
        elif quota.value >= machine.count:
            says = f"{machine.quota}: {quota.value:g}, {needed}; what runs already counts too"
            yield passed("quota", says)
        else:
            hint = quota.command(machine.count)
            yield failed("quota", f"{machine.quota}: {quota.value:g}, {needed}", hint)


def check_offerings(region: str, types: Iterable[str]) -> Iterator[Check]:
    for name in dict.fromkeys(types):
        offered = catalog.offered(name, region)
        if offered is None:
            yield unproven("offering", f"whether {name} is offered in {region}")
        elif offered.value:
            yield passed("offering", f"{name} is offered in {region} ({offered.date})")
        else:
            hint = f"awsml catalog show {name}"
            yield failed("offering", f"{name} is not offered in {region}", hint)
        yield unproven("capacity", f"AWS tells nobody whether {name} is free right now")


def _asked(what: str, ask: Callable[[], Check | Iterable[Check]]) -> Iterator[Check]:
    """A question that AWS does not answer proves nothing."""
    try:
        answer = ask()
        yield from [answer] if isinstance(answer, Check) else answer
    except BackendError as error:
        yield unproven(what, error.message, error.hint)


def _bucket_of(location: str) -> str:
    return location.removeprefix("s3://").partition("/")[0]
