"""The containers of a pipeline do not fit together.

At most one holds several models (MultiModel), and either every container has a host name, each its
own, or none.

## Why
AWS refuses the request.

## Flagged
    ModelName: pipeline
    Containers:
      - {Image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/prepare:1",
          ContainerHostname: prepare}
      - {Image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/predict:1"}

## Preferred
    ModelName: pipeline
    Containers:
      - {Image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/prepare:1",
          ContainerHostname: prepare}
      - {Image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/predict:1",
          ContainerHostname: predict}

## AWS says
More than one container in MultiModel mode is not supported with inference pipeline.
"""

from awsml.rules.hosting._variants import MODEL
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (f"{MODEL}/Containers",)
SOURCE = "https://github.com/OElesin/sagemaker-autopilot-step-functions/issues/10"


def check(containers: Part) -> Problems:
    several = [one["Mode"] for one in containers.items if one["Mode"].text == "MultiModel"]
    if len(several) > 1:
        yield Problem(
            several[1],
            f"{len(several)} containers of the pipeline hold several models, and one may",
            "use Mode: SingleModel for the others",
            related=((several[0], "the first"),),
        )
    seen: dict[str, Part] = {}
    for container in containers.items:
        host = container["ContainerHostname"]
        if host.text is not None and host.text in seen:
            because = ((seen[host.text], "the first"),)
            yield Problem(host, f"two containers are named `{host.text}`", "rename one", because)
        elif host.text is not None:
            seen[host.text] = host
    named = [one for one in containers.items if one["ContainerHostname"].exists]
    if named and len(named) < len(containers.items):
        unnamed = next(one for one in containers.items if not one["ContainerHostname"].exists)
        yield Problem(
            unnamed,
            f"`{unnamed}` has no host name, and others of the pipeline have",
            "name every container or none",
            related=((named[0]["ContainerHostname"], "a host name"),),
        )
