"""The data of a model is no gzip-compressed tar archive, or is missing.

`ModelDataUrl` names one `.tar.gz`, except for multi-model containers, where it is the prefix
under which the archives lie, and needed. Single files and prefixes go into `ModelDataSource`.

## Why
The endpoint fails to load the model, or AWS refuses the request.

## Flagged
    ModelName: detector
    PrimaryContainer:
      Image: 111122223333.dkr.ecr.us-east-1.amazonaws.com/serve:1
      ModelDataUrl: s3://acme/models/detector/model.pt

## Preferred
    ModelName: detector
    PrimaryContainer:
      Image: 111122223333.dkr.ecr.us-east-1.amazonaws.com/serve:1
      ModelDataUrl: s3://acme/models/detector/model.tar.gz
"""

from awsml.rules.hosting._variants import CONTAINERS
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.s3 import fault

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.DOCUMENTED
APIS = CONTAINERS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html"

# A model package brings its data, and model-source speaks of ModelDataSource.
_DATA = ("ModelDataUrl", "ModelPackageName", "ModelDataSource")


def check(container: Part) -> Problems:
    url, mode = container["ModelDataUrl"], container["Mode"]
    if mode.text == "MultiModel" and not any(container[name].exists for name in _DATA):
        message = "a container of several models is not told where they lie"
        hint = f"set `{url}` to the prefix under which the archives lie"
        yield Problem(mode, message, hint)
    if url.text is None:
        return
    if wrong := fault(url.text):
        yield Problem(url, f"`{url.text}` {wrong[0]}", wrong[1])
        return
    several = mode.text == "MultiModel"
    archive = url.text.endswith((".tar.gz", ".tgz"))
    if several and archive:
        yield Problem(
            url,
            "a container of several models is given one archive",
            "name the prefix under which the archives lie",
            related=((mode, "several models"),),
            level=Level.WARNING,
        )
    if not several and not archive and "?" not in url.text:
        yield Problem(
            url,
            f"`{url.text}` is no .tar.gz archive",
            "pack the model with tar czf, or use ModelDataSource for files and prefixes",
        )
