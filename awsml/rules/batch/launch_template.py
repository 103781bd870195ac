"""A launch template is named twice, or not at all, or by a version that does not exist.

It is an id or a name. The version is a number, `$Latest` or `$Default`. Overrides name the
instance types that they are for, among those of the environment.

## Why
AWS refuses the request.

## Flagged
    computeEnvironmentName: cpu
    type: MANAGED
    computeResources:
      type: EC2
      instanceTypes: [c7i]
      launchTemplate: {launchTemplateName: gpu, version: latest}

## Preferred
    computeEnvironmentName: cpu
    type: MANAGED
    computeResources:
      type: EC2
      instanceTypes: [c7i]
      launchTemplate: {launchTemplateName: gpu, version: $Latest}

## AWS says
LaunchTemplateVersion must be either empty or a number or $Default or $Latest
"""

import re

from awsml.catalog import limit
from awsml.rules.batch._environments import BUNDLES, RESOURCES
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (RESOURCES,)
SOURCE = (
    "https://docs.aws.amazon.com/batch/latest/APIReference/API_LaunchTemplateSpecification.html"
)

_VERSION = re.compile(r"\d*|\$Latest|\$Default")


def check(resources: Part) -> Problems:
    template = resources["launchTemplate"]
    if not template.exists:
        return
    overrides = template["overrides"].items
    yield from _named(template, needed=not overrides)
    most = int(limit("batch_template_overrides_maximum").value)
    if len(overrides) > most:
        message = f"{len(overrides)} overrides are given, and at most {most} can be"
        yield Problem(template["overrides"], message, "merge some of them")
    types = {one.text for one in resources["instanceTypes"].items}
    if not types.isdisjoint(BUNDLES):
        types = set()  # a bundle stands for many types
    seen: dict[str, Part] = {}
    for override in overrides:
        yield from _named(override, needed=True)
        targets = override["targetInstanceTypes"]
        if not targets.items:
            yield Problem(override, f"`{override}` says for no instance types", f"add `{targets}`")
        for target in targets.items:
            yield from _target(target, types, seen)


def _named(template: Part, needed: bool) -> Problems:
    by_id, by_name = template["launchTemplateId"], template["launchTemplateName"]
    if by_id.exists and by_name.exists:
        message = "a launch template is named by its id and by its name"
        yield Problem(by_name, message, "keep one of them", related=((by_id, "the id"),))
    elif needed and not by_id.exists and not by_name.exists:
        yield Problem(template, f"`{template}` names no launch template", f"add `{by_name}`")
    version = template["version"]
    if version.text is not None and not _VERSION.fullmatch(version.text):
        near = "$Default" if "efault" in version.text else "$Latest"
        message = f"`{version.text}` is no version"
        yield Problem(version, message, "use a number, $Latest or $Default", fix=near)


def _target(target: Part, types: set[str | None], seen: dict[str, Part]) -> Problems:
    name = target.text or ""
    if name in BUNDLES:
        message = f"`{name}` stands for many types, and an override is for types or families"
        yield Problem(target, message, "name types or families")
        return
    if types and name not in types and name.partition(".")[0] not in types:
        message = f"`{name}` is not among the instance types of the environment"
        yield Problem(target, message, "add it there, or remove it here")
    same = next((one for one in seen if _overlap(one, name)), None)
    if same is not None:
        message = f"`{name}` has two overrides"
        yield Problem(target, message, "remove one", related=((seen[same], "the first"),))
    seen.setdefault(name, target)


def _overlap(one: str, other: str) -> bool:
    """Whether they are the same type or family, or one is a type of the other family."""
    return one == other or one.partition(".")[0] == other or other.partition(".")[0] == one
