"""No request, however odd, makes a rule stumble: values of any type anywhere, known or not."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from awsml.finding import Finding
from awsml.plan import Call, Plan, Ref, Text, Unknown, walk
from awsml.rules import check
from awsml.rules.discovery import all_rules
from tests.rules.rule_cases import cases_of, plan_of

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.sampled_from(["", "ml.g5.xlarge", "s3://", "s3:///", "arn:aws:", "(", "-1", "0", "é" * 300]),
    st.sampled_from([Unknown("a parameter"), Ref("role"), Text(("s3://", Ref("bucket")))]),
    st.lists(st.integers() | st.text(max_size=3) | st.none(), max_size=3),
    st.dictionaries(st.text(max_size=4), st.none() | st.text(max_size=4), max_size=3),
)


def seeds() -> Iterator[Plan]:
    """The plans of all rule cases that are written as requests."""
    for rule in all_rules():
        for case in cases_of(rule.slug):
            if not case.scenario:
                yield plan_of(case.fragment, rule, case.region)


SEEDS = list(seeds())


@settings(max_examples=300)
@given(data=st.data())
def test_a_value_replaced_by_anything_is_survived(data: st.DataObject) -> None:
    plan = data.draw(st.sampled_from(SEEDS))
    call = data.draw(st.sampled_from(plan.calls))
    paths = [path for path, _ in walk(call.params) if path]
    if not paths:
        return
    params = copy.deepcopy(dict(call.params))
    for _ in range(data.draw(st.integers(1, 3))):
        replace_one(params, data)
    changed = Call(call.service, call.operation, params)
    others = tuple(changed if each is call else each for each in plan.calls)
    outcome = check(Plan("request", "x", others, region=plan.region), persona="security")
    assert all(isinstance(one, Finding) and one.message for one in outcome.findings)


def replace_one(params: dict[str, Any], data: st.DataObject) -> None:
    """One value somewhere in the request becomes an odd one."""
    holder: Any = params
    while True:
        steps = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not steps:
            return
        step = data.draw(st.sampled_from(steps))
        inner = holder[step]
        if isinstance(inner, dict | list) and inner and data.draw(st.booleans()):
            holder = inner
            continue
        holder[step] = data.draw(ODD)
        return
