"""A setting of a pod is one that AWS Batch does not take.

One to ten containers have names of their own, mounts name a volume of the pod, volumes and secrets
have names as DNS has them, variables, labels and annotations keep out of the names that Kubernetes
and AWS Batch reserve, and the namespace is neither `default` nor one of the system. Tags are not
propagated to pods.

## Why
AWS refuses the request.

## Flagged
    jobDefinitionName: pods
    type: container
    eksProperties:
      podProperties:
        dnsPolicy: None
        containers: [{image: "train:1", resources: {limits: {cpu: "1", memory: 1024Mi}}}]

## Preferred
    jobDefinitionName: pods
    type: container
    eksProperties:
      podProperties:
        dnsPolicy: ClusterFirst
        containers: [{image: "train:1", resources: {limits: {cpu: "1", memory: 1024Mi}}}]

## AWS says
Unsupported DNS policy value.
"""

import re

from awsml.catalog import limit
from awsml.rules.batch_jobs._jobs import PODS, definition_of
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = PODS
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_EksPodProperties.html"

_DNS = ("Default", "ClusterFirst", "ClusterFirstWithHostNet")
_PULL = ("Always", "IfNotPresent", "Never")
_RESERVED = ("kubernetes.io/", "k8s.io/", "batch.amazonaws.com/")
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_UNIT = re.compile(r"\d+(\.\d+)?[A-Za-z]+")
_LONGEST_NAME = 253
_LONGEST = {"labels": 63, "annotations": 255}


def check(pod: Part) -> Problems:
    containers = pod["containers"].items + pod["initContainers"].items
    if pod.exists and not containers:
        yield Problem(pod["containers"], "the pod has no containers", "add `containers`")
    yield from _one_of(pod["dnsPolicy"], _DNS)
    tags = definition_of(pod)["propagateTags"]
    if pod.exists and tags.flag:
        yield Problem(tags, "tags are not propagated to pods", "remove it", ((pod, "a pod"),))
    most = int(limit("batch_pod_containers_maximum").value)
    for kind in (pod["containers"], pod["initContainers"]):
        if len(kind.items) > most:
            message = f"`{kind}` has {len(kind.items)} containers, and {most} at most"
            yield Problem(kind, message, "give each group of containers a job of its own")
    for volume in pod["volumes"].items:
        yield from _directory(volume["emptyDir"])
        yield from _subdomain(volume["name"])
        yield from _subdomain(volume["secret.secretName"])
    volumes = {one["name"].text for one in pod["volumes"].items}
    yield from _containers(containers, volumes)
    yield from _metadata(pod["metadata"])


def _one_of(part: Part, values: tuple[str, ...]) -> Problems:
    if part.text is not None and part.text not in values:
        message = f"`{part}` is `{part.text}`, and is one of {', '.join(values)}"
        yield Problem(part, message, f"use {values[0]}")


def _subdomain(name: Part) -> Problems:
    if name.text is None or (_SUBDOMAIN.fullmatch(name.text) and len(name.text) <= _LONGEST_NAME):
        return
    message = f"`{name.text}` is no name for Kubernetes"
    right = re.sub(r"[^a-z0-9.-]+", "-", name.text.lower()).strip("-.")
    plain = bool(_SUBDOMAIN.fullmatch(right)) and len(right) <= _LONGEST_NAME
    hint = f"use small letters, digits, hyphens and dots, such as {right}"
    yield Problem(name, message, hint if plain else hint.partition(", such")[0])


def _directory(directory: Part) -> Problems:
    medium, size = directory["medium"], directory["sizeLimit"]
    if medium.text not in (None, "", "Memory"):
        message = f"`{medium.text}` is no medium of an empty directory"
        yield Problem(medium, message, "use Memory, or leave it out for the disk")
    if size.text is not None and _UNIT.fullmatch(size.text) and not size.text.endswith("Mi"):
        yield Problem(size, f"`{size.text}` is not in Mi", 'write "1024Mi" for 1 GiB')


def _containers(containers: list[Part], volumes: set[str | None]) -> Problems:
    named: dict[str, Part] = {}
    for container in containers:
        yield from _one_of(container["imagePullPolicy"], _PULL)
        name = container["name"]
        if name.text is not None and name.text in named:
            because = ((named[name.text], "the first"),)
            yield Problem(name, f"two containers are named `{name.text}`", "rename one", because)
        elif name.text is not None:
            named[name.text] = name
        for name in (variable["name"] for variable in container["env"].items):
            if (name.text or "").startswith("AWS_BATCH"):
                message = f"`{name.text}` is one of the names that AWS Batch sets itself"
                yield Problem(name, message, "use another name", level=Level.WARNING)
        for mount in container["volumeMounts"].items:
            if mount["name"].text is not None and mount["name"].text not in volumes:
                message = f"the pod has no volume `{mount['name'].text}`"
                yield Problem(mount["name"], message, "add it to `volumes`")


def _metadata(metadata: Part) -> Problems:
    space = metadata["namespace"]
    if space.text is not None and (space.text == "default" or space.text.startswith("kube-")):
        message = f"jobs do not run in the namespace `{space.text}`"
        yield Problem(space, message, "make a namespace of their own")
    for kind, longest in _LONGEST.items():
        for key, value in metadata[kind].entries:
            if key.startswith(_RESERVED):
                message = f"`{key}` has a prefix that is reserved"
                yield Problem(value, message, "use a prefix of your own")
            elif kind == "labels" and not _NAME.fullmatch(key.rpartition("/")[2]):
                message = f"`{key}` is no name of a label"
                yield Problem(value, message, "begin and end it with a letter or a digit")
            if value.text is not None and len(value.text) > longest:
                message = f"the value has {len(value.text)} characters, and {longest} at most"
                yield Problem(value, message, "shorten it")
