"""The regular expression of a metric repeats a group in which everything may repeat.

`(a+)+` splits a line in twice as many ways for each further letter, and all of them are tried on a
line that does not match in the end. A part that must be there once in each round, such as the
comma of `(a+,)+`, ends that.

## Why
Reading the log stops at the first such line; here the metric is then given up.

## Flagged
    AlgorithmSpecification:
      MetricDefinitions: [{Name: loss, Regex: '(\\w+ ?)+: loss=([0-9.]+)'}]

## Preferred
    AlgorithmSpecification:
      MetricDefinitions: [{Name: loss, Regex: '[\\w ]+: loss=([0-9.]+)'}]
"""

from awsml.regex.repeats import repeats
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS, within

LEVEL = Level.WARNING
CONFIDENCE = Confidence.INFERRED
APIS = within(TRAINING_JOBS, "AlgorithmSpecification.MetricDefinitions[]")
SOURCE = "https://docs.python.org/3/howto/regex.html"


def check(definition: Part) -> Problems:
    regex = definition["Regex"]
    if regex.text is None:
        return
    for repeat in repeats(regex.text):
        if repeat.ambiguous:
            shown = regex.text[repeat.start : repeat.end]
            yield Problem(
                regex,
                f"`{shown}` can split a line in countless ways: reading the log may never end",
                "repeat one set of characters, such as [a-z ]+, instead of a group",
                span=(repeat.start, repeat.end),
            )
            return
