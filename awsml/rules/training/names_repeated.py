"""Two tags, or two rules of the debugger or the profiler, have the same name.

## Why
AWS refuses the request.

## Flagged
    Tags: [{Key: team, Value: vision}, {Key: team, Value: research}]

## Preferred
    Tags: [{Key: team, Value: vision}]
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateHyperParameterTuningJob",
)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Tag.html"

_NAMES = {
    "Tags": "Key",
    "DebugRuleConfigurations": "RuleConfigurationName",
    "ProfilerRuleConfigurations": "RuleConfigurationName",
}


def check(request: Part) -> Problems:
    for member, key in _NAMES.items():
        seen: dict[str, Part] = {}
        for one in request[member].items:
            name = one[key]
            if name.text is not None and name.text in seen:
                because = ((seen[name.text], "the first"),)
                message = f"there are two named `{name.text}`"
                yield Problem(name, message, "rename or remove one", because)
            elif name.text is not None:
                seen[name.text] = name
