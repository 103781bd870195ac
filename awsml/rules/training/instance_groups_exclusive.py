"""A heterogeneous cluster is mixed with settings of a plain one, or its groups do not fit.

With `InstanceGroups` each group says its type and count, so `ResourceConfig` must not. Once a
channel names groups, every channel has to, and the names must exist.

## Why
AWS refuses the request.

## Flagged
    ResourceConfig:
      InstanceType: ml.c5.xlarge
      InstanceCount: 1
      InstanceGroups:
        - {InstanceGroupName: cpu, InstanceType: ml.c5.xlarge, InstanceCount: 1}

## Preferred
    ResourceConfig:
      VolumeSizeInGB: 50
      InstanceGroups:
        - {InstanceGroupName: cpu, InstanceType: ml.c5.xlarge, InstanceCount: 1}

## AWS says
InstanceType or InstanceCount cannot be specified with InstanceGroups
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS
from awsml.rules.training._channels import channel_name

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/train-heterogeneous-cluster.html"


def check(job: Part) -> Problems:
    groups = job["ResourceConfig.InstanceGroups"]
    if groups.items:
        yield from _plain_settings(job["ResourceConfig"], groups)
        yield from _repeated(groups)
    names = {group["InstanceGroupName"].text for group in groups.items}
    channels = [c for c in job["InputDataConfig"].items if c["DataSource.S3DataSource"].exists]
    assigned = [channel for channel in channels if _groups_of(channel).items]
    for channel in assigned:
        for name in _groups_of(channel).items:
            if name.text is not None and name.text not in names:
                yield Problem(
                    name,
                    f"{channel_name(channel)} is for the group `{name.text}`, which does not exist",
                    f"name one of `{groups}`",
                    related=((groups, "these are the groups"),) if groups.exists else (),
                )
    if assigned:
        for channel in channels:
            if not _groups_of(channel).items:
                yield Problem(
                    channel,
                    f"{channel_name(channel)} names no instance group, and others do",
                    f"set `{_groups_of(channel)}`",
                    related=((_groups_of(assigned[0]), "this channel does"),),
                )


def _plain_settings(resources: Part, groups: Part) -> Problems:
    for part in (resources["InstanceType"], resources["InstanceCount"]):
        if part.exists:
            yield Problem(
                part,
                f"`{part}` is given beside instance groups",
                f"remove `{part}`: each group has its own",
                related=((groups, "these are the groups"),),
            )


def _repeated(groups: Part) -> Problems:
    seen: dict[str, Part] = {}
    for group in groups.items:
        name = group["InstanceGroupName"]
        if name.text is not None and name.text in seen:
            related = ((seen[name.text], "the first one"),)
            yield Problem(name, f"two groups are named `{name.text}`", None, related)
        elif name.text is not None:
            seen[name.text] = name


def _groups_of(channel: Part) -> Part:
    return channel["DataSource.S3DataSource.InstanceGroupNames"]
