"""A volume of a job has no usable name or two kinds, or its EFS settings contradict each other.

A name has up to 255 letters, digits, hyphens and underscores. A volume is a host path or EFS.
Access points and IAM need encryption in transit, and with an access point the root directory is `/`
or left out.

## Why
AWS refuses the request.

## Flagged
    jobDefinitionName: train
    type: container
    containerProperties:
      image: busybox
      volumes:
        - name: data
          efsVolumeConfiguration: {fileSystemId: fs-0a1b2c3d, authorizationConfig: {iam: ENABLED}}

## Preferred
    jobDefinitionName: train
    type: container
    containerProperties:
      image: busybox
      volumes:
        - name: data
          efsVolumeConfiguration:
            fileSystemId: fs-0a1b2c3d
            transitEncryption: ENABLED
            authorizationConfig: {iam: ENABLED}

## AWS says
EFS IAM authorization requires TransitEncryption to be enabled.
"""

import re

from awsml.catalog import limit
from awsml.rules.batch_jobs._jobs import CONTAINERS, TASKS
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = tuple(f"{place}.volumes[]" for place in (*CONTAINERS[:2], *TASKS))
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/efs-volumes.html"


_NAME = re.compile(r"[A-Za-z0-9_-]+")


def check(volume: Part) -> Problems:
    yield from _named(volume["name"])
    efs, host = volume["efsVolumeConfiguration"], volume["host"]
    if efs.exists and host.exists:
        message = f"`{volume}` is a path of the host and a file system"
        yield Problem(host, message, "keep one of them", related=((efs, "the file system"),))
    system, point = efs["fileSystemId"], efs["authorizationConfig.accessPointId"]
    if system.text is not None and not re.fullmatch(r"fs-[0-9a-f]{8,40}|arn:\S+", system.text):
        message = f"`{system.text}` is no id of a file system"
        yield Problem(system, message, "write it as fs-0123456789abcdef0")
    iam = efs["authorizationConfig.iam"]
    encrypted = (efs["transitEncryption"].text or "").upper() == "ENABLED"
    needs = point if point.exists else iam
    if not encrypted and (point.exists or (iam.text or "").upper() == "ENABLED"):
        message = f"`{needs}` needs encryption in transit"
        yield Problem(needs, message, "set `transitEncryption: ENABLED`")
    port, last = efs["transitEncryptionPort"], 65535
    if port.number is not None and not 0 <= port.number <= last:
        message = f"`{port}` is {port.number:g}, and ports end at {last}"
        yield Problem(port, message, "leave it out, and EFS chooses one")
    root = efs["rootDirectory"]
    if point.exists and root.text not in (None, "/"):
        message = f"`{root}` is given beside an access point"
        yield Problem(root, message, "leave it out", related=((point, "the access point"),))


def _named(name: Part) -> Problems:
    longest = int(limit("batch_volume_name_maximum").value)
    if name.text is None:
        return
    if len(name.text) > longest:
        message = f"`{name}` has {len(name.text)} characters, and at most {longest} are allowed"
        yield Problem(name, message, "shorten it")
    elif not _NAME.fullmatch(name.text):
        message = f"`{name.text}` is no name of a volume"
        yield Problem(name, message, "use letters, digits, hyphens and underscores")
