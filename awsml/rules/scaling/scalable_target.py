"""The service, the resource and the dimension of a scalable target do not belong together.

A variant is `endpoint/NAME/variant/VARIANT` with the namespace `sagemaker` and the dimension
`sagemaker:variant:DesiredInstanceCount` (serverless: `DesiredProvisionedConcurrency`); an inference
component is `inference-component/NAME` with `sagemaker:inference-component:DesiredCopyCount`.

## Why
AWS refuses the request.

## Flagged
    ServiceNamespace: sagemaker
    ResourceId: detector
    ScalableDimension: sagemaker:variant:DesiredInstanceCount

## Preferred
    ServiceNamespace: sagemaker
    ResourceId: endpoint/detector/variant/AllTraffic
    ScalableDimension: sagemaker:variant:DesiredInstanceCount

## AWS says
Unsupported service namespace, resource type or scalable dimension
"""

import re

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.scaling._targets import ACTION, POLICY, REGISTER

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (REGISTER, POLICY, ACTION)
SOURCE = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html"

_FORMS = {
    "sagemaker:variant:": (r"endpoint/[^/]+/variant/[^/]+", "endpoint/NAME/variant/VARIANT"),
    "sagemaker:inference-component:": (r"inference-component/[^/]+", "inference-component/NAME"),
}


def check(target: Part) -> Problems:
    service, dimension = target["ServiceNamespace"], target["ScalableDimension"]
    resource = target["ResourceId"]
    if dimension.text is None:
        return
    if service.text is not None and dimension.text.partition(":")[0] != service.text:
        yield Problem(
            dimension,
            f"`{dimension.text}` is no dimension of {service.text}",
            "use a dimension that begins with the namespace",
            related=((service, "the namespace"),),
        )
        return
    for prefix, (pattern, form) in _FORMS.items():
        if not dimension.text.startswith(prefix) or resource.text is None:
            continue
        if not re.fullmatch(pattern, resource.text):
            yield Problem(
                resource,
                f"`{resource.text}` does not have the form {form}",
                f"write it as {form}",
                related=((dimension, "the dimension"),),
            )
