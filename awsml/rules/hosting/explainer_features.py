"""Explanations of text name no feature that is text.

`FeatureTypes` of a text explainer holds `text` at least once; where none is text, it is left out.

## Why
AWS refuses the request.

## Flagged
    EndpointConfigName: reviews
    ExplainerConfig:
      ClarifyExplainerConfig:
        InferenceConfig: {FeatureTypes: [numerical]}
        ShapConfig: {ShapBaselineConfig: {ShapBaseline: "1"}}

## Preferred
    EndpointConfigName: reviews
    ExplainerConfig:
      ClarifyExplainerConfig:
        InferenceConfig: {FeatureTypes: [text]}
        ShapConfig: {ShapBaselineConfig: {ShapBaseline: "1"}}
"""

from awsml.rules.hosting._variants import CONFIG
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (f"{CONFIG}/ExplainerConfig.ClarifyExplainerConfig.InferenceConfig",)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClarifyInferenceConfig.html"


def check(inference: Part) -> Problems:
    kinds = inference["FeatureTypes"]
    if kinds.exists and all(one.text != "text" for one in kinds.items):
        message = "none of the features is text"
        yield Problem(kinds, message, "say which is `text`, or leave the types out")
