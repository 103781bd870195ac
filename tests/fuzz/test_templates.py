"""CloudFormation templates, from their text to the findings about every variant."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from awsml import api
from awsml.readers.templates.reading import read_template
from awsml.scenario.source import decode_source
from tests.fuzz.profile import fuzzing
from tests.fuzz.reader import FUZZED
from tests.fuzz.texts import as_bytes, examples, mutated, trees

_TEMPLATES = examples("awsml/templates/*.yaml", "tests/corpus/templates/*.yaml")
_WORDS = (
    *("!Ref X", "!Sub '${X}'", "!GetAtt X.Arn", "!If [C, 1, !Ref AWS::NoValue]", "Fn::Sub: []"),
    *("!Select [99999, [a]]", "!Select [²، [a]]", "!Select [-1, !Split ['', a]]", "!Join ['', 1]"),
    *("!FindInMap [A, B, C]", "!Base64 {a: b}", "!Equals [1, 2]", "!Not []", "!Cidr [a, 1]"),
    *("Type: AWS::SageMaker::Model", "Properties: []", "Default: [1]", "AllowedValues: {a: 1}"),
)


def everything_about(text: str) -> None:
    source = decode_source(as_bytes(text), "fuzzed.yaml")
    for region in (None, "cn-north-1"):
        api.validate_template(read_template(source, region=region), api.Terms())


@fuzzing
@given(mutated(_TEMPLATES, _WORDS))
def test_a_template_is_findings_or_an_error(text: str) -> None:
    FUZZED.reads("templates", lambda: everything_about(text))


_TYPES = ("AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig", "AWS::Batch::JobQueue")
_FUNCTIONS = ("Fn::Sub", "Fn::If", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::GetAtt", "Ref")


@fuzzing
@given(
    st.sampled_from(_TYPES),
    trees((*_FUNCTIONS, "Tags", "Key", "Value", "ProductionVariants", "Containers")),
    trees(("P", "C", "Default", "Type", "Fn::Equals", "Fn::And", "Condition", "Ref")),
)
def test_a_tree_of_functions_is_findings_or_an_error(
    kind: str, properties: object, declared: object
) -> None:
    import json

    resource = {"Type": kind, "Condition": "C", "Properties": properties}
    text = json.dumps(
        {"Parameters": declared, "Conditions": declared, "Resources": {"R": resource}}
    )
    FUZZED.reads("templates", lambda: everything_about(text))
