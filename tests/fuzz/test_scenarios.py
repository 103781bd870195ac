"""Scenarios, from their text to their findings: every kind, with everything that is decided."""

from __future__ import annotations

import re
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from awsml import api
from awsml.kinds import INCLUDES, KINDS
from awsml.scenario.loader import load
from awsml.scenario.overrides import Override
from tests.fuzz.profile import fuzzing_whole
from tests.fuzz.reader import FUZZED
from tests.fuzz.texts import ODD, as_bytes, examples, mutated

_SCENARIOS = examples("scenarios/*.yaml", "awsml/templates/starters/**/*.yaml", most=6000)
_WORDS = (
    *("kind: training", "kind: tuning", "kind: endpoint", "kind: batch", "kind: cluster", "auto"),
    *("extends: scenarios/pipe-mode.yaml", "extends: /etc/passwd", "extends: .", "on: aws"),
    *(
        "expect: {cost.expected: '<= 1'}",
        "# awsml: ignore[x] y",
        "aws: {CreateTrainingJob: {a: 1}}",
    ),
    *(
        "{low: 0, high: 0}",
        "{low: -1e308, high: 1e308}",
        "{choices: []}",
        "scale: log",
        "spot: true",
    ),
    *(
        "schedule: {days: mon-sun, at: '24:00', timezone: X/Y}",
        "limits: {runtime: 0s, cost: 0 USD}",
    ),
)


def everything_about(text: str | bytes) -> None:
    loaded = load("fuzzed.yaml", text=text, environ={"A": "1"}, kinds=KINDS, includes=INCLUDES)
    api.validate_file(loaded, api.Terms(region="us-east-1"))


@fuzzing_whole
@given(mutated(_SCENARIOS, _WORDS))
def test_a_scenario_is_findings_or_an_error(text: str) -> None:
    FUZZED.reads("scenarios", lambda: everything_about(as_bytes(text)))


_FIELDS = sorted(
    {
        *(
            "name",
            "region",
            "role",
            "compute.instance",
            "compute.count",
            "compute.volume",
            "spot.max_wait",
        ),
        *(
            "spot.every",
            "limits.runtime",
            "limits.cost",
            "inputs.train.mode",
            "inputs.train.data.size",
        ),
        *("inputs.train.data.objects", "workload.epochs", "workload.samples", "hyperparameters.lr"),
        *("workload.samples_per_second", "budget.trials", "budget.parallel", "parameters.lr.low"),
        *("parameters.lr.high", "traffic.requests_per_second", "traffic.payload", "observed.gpu"),
        *("resources.gpus", "resources.memory", "resources.vcpus", "compute.max_vcpus", "timeout"),
        *("retry.attempts", "schedule.at", "schedule.days", "hardware.gpus", "hardware.network"),
        *("questions.budget", "questions.target_throughput", "local.hosts", "tags.a"),
    }
)


@fuzzing_whole
@given(
    st.sampled_from(_SCENARIOS),
    st.lists(st.tuples(st.sampled_from(_FIELDS), ODD), min_size=1, max_size=3),
)
def test_a_value_of_any_kind_is_findings_or_an_error(
    text: str, values: list[tuple[str, str]]
) -> None:
    def check() -> None:
        overrides = [Override.parse(f"{field}={value}") for field, value in values]
        loaded = load(
            "fuzzed.yaml",
            text=text,
            environ={},
            overrides=overrides,
            kinds=KINDS,
            includes=INCLUDES,
        )
        api.validate_file(loaded, api.Terms())

    FUZZED.reads("overrides", check)


_FIGURE = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.]*[/:-])")
_EXTREMES = (
    *(
        "0",
        "1",
        "2",
        "0.000001",
        "1e-12",
        "1e-300",
        "3",
        "7.5",
        "99",
        "100",
        "101",
        "1000",
        "65535",
    ),
    *("1e6", "1e9", "1e12", "1e15", "1e18", "1e23", "123456789", "0.5", "0.999999", "1.000001"),
)


def stretched(text: str, random: Random) -> str:
    """The same scenario with a few of its numbers as small or large as they may be written."""
    found = list(_FIGURE.finditer(text))
    chosen = random.sample(found, min(len(found), random.randint(1, 4)))
    for match in sorted(chosen, key=lambda match: -match.start()):
        text = text[: match.start()] + random.choice(_EXTREMES) + text[match.end() :]
    return text


@fuzzing_whole
@given(st.sampled_from(_SCENARIOS), st.integers(0, 2**64))
def test_a_scenario_of_extreme_numbers_is_findings_or_an_error(text: str, seed: int) -> None:
    changed = stretched(text, Random(seed))
    FUZZED.reads("scenarios", lambda: everything_about(changed))
